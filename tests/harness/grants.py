"""How people let others in: a grant asked for, a record moved on."""
import steps


def uid_of(s, login):
    return s.rows("SELECT uid FROM fakta_pengguna WHERE login=?", login)[0]["uid"]


def ask(client, parent, **values):
    page = client.get(f"/hibah/baru?induk={parent}")
    assert page.status == 200, page.words[:300]
    return client.submit(steps.fill(page.form("/hibah/baru"), values))


def move(client, path, name, **values):
    form = client.get(path).form(f"/{name}")
    form.fill(**values)
    return client.submit(form)
