#!/usr/bin/env python3
"""Check domain/ against docs/domain-format.md: an oracle written apart from the C checker.

usage: tools/check_registers.py [--codes DIR] [DOMAIN]

--codes DIR names a second folder of code lists (a list is looked for in DOMAIN/codes first).
Prints every error as FILE:LINE:COLUMN: TEXT and exits 1 if there is one.
"""
import csv, glob, os, re, sys
import yaml

IDENT = re.compile(r'[a-z][a-z0-9_]*$')
SYSTEM = {'uid': 'text', 'nomor': 'text', 'versi': 'number', 'status': 'state', 'pemilik': 'ref institusi',
          'induk': 'parent', 'batal': 'yesno4', 'dibuat': 'instant', 'diubah': 'instant', 'tajuk': 'text'}
CLASSES = {'identitas', 'kontak', 'lokasi_aman', 'kisah', 'kesehatan', 'hukum'}
REG_KEYS = {'register', 'label', 'menu', 'help', 'group', 'is', 'tags', 'parent', 'parent_optional', 'final', 'key', 'reach', 'number', 'heading',
            'tabs', 'sections', 'flow', 'clocks', 'rules', 'rights', 'stats', 'retention', 'processing', 'was'}
FIELD_KEYS = {'name', 'type', 'label', 'help', 'required', 'list', 'search', 'facet', 'sort', 'stat', 'lookup', 'unique', 'fixed', 'proof', 'reason', 'settled', 'program', 'addresses', 'class',
              'when', 'calc', 'default', 'min', 'max', 'scale', 'as', 'was', 'htcds', 'law'}
FLAGS = ('required', 'list', 'search', 'facet', 'sort', 'stat', 'lookup', 'unique', 'fixed', 'proof', 'reason', 'program', 'addresses')
IS = set('person institution membership user case victim suspect report reporter event paper transaction evidence node relation '
         'attachment task assignment consent grant exclusion figure referral help_number candidate data_matter question inquiry check departure equal_names match_weights release'.split())
AS = {  # role of a field -> kinds it may have
    'person.name': 'text', 'person.alias': 'text', 'person.birth': 'date', 'person.sex': 'code', 'person.nik': 'text',
    'person.origin': 'place', 'person.initials': 'text', 'person.mother': 'text', 'person.passport': 'text',
    'person.phone': 'text', 'person.village': 'place', 'person.paper_birth': 'date', 'person.merged': 'ref',
    'data_matter.person': 'ref', 'data_matter.file': 'ref', 'data_matter.withheld': 'codes', 'data_matter.ground': 'code', 'data_matter.since': 'instant',
    'data_matter.until': 'instant', 'data_matter.user': 'ref', 'data_matter.institution': 'ref', 'data_matter.affected': 'number',
    'data_matter.told': 'text',
    'candidate.pair': 'refs', 'candidate.score': 'number', 'candidate.parts': 'text', 'candidate.reveals': 'yesno4', 'candidate.version': 'text',
    'institution.code': 'text', 'institution.name': 'text',
    'grant.user': 'ref', 'grant.institution': 'ref', 'grant.classes': 'codes', 'grant.start': 'instant', 'grant.end': 'instant',
    'grant.emergency': 'yesno4', 'grant.reason': 'text', 'grant.purpose': 'code', 'grant.basis': 'ref', 'exclusion.user': 'ref', 'exclusion.institution': 'ref',
    'consent.to': 'ref', 'consent.classes': 'codes', 'consent.until': 'date', 'referral.to': 'ref', 'referral.officer': 'ref', 'referral.classes': 'codes',
    'referral.consent': 'ref', 'referral.danger': 'yesno4', 'referral.until': 'date', 'referral.sent': 'instant', 'exclusion.start': 'date', 'exclusion.end': 'date',
    'membership.user': 'ref', 'membership.start': 'date', 'membership.end': 'date', 'institution.area': 'place', 'user.area': 'place', 'user.login': 'text', 'user.name': 'text',
    'user.roles': 'codes', 'user.active': 'yesno4', 'user.until': 'date', 'case.opened': 'date', 'case.hold': 'yesno4', 'case.began': 'date', 'victim.age': 'number', 'report.team_only': 'yesno4', 'paper.person': 'ref', 'paper.kind': 'code', 'paper.number': 'text',
    'paper.name': 'text', 'paper.birth': 'date', 'paper.birthplace': 'text', 'paper.issued': 'date', 'paper.genuine': 'code', 'victim.person': 'ref',
    'victim.child': 'yesno4', 'suspect.person': 'ref', 'event.order': 'number', 'assignment.user': 'ref',
    'assignment.institution': 'ref', 'assignment.start': 'date', 'assignment.end': 'date', 'attachment.name': 'text',
    'attachment.file': 'file', 'attachment.class': 'code', 'attachment.mime': 'text', 'attachment.size': 'number',
    'task.title': 'text', 'task.owner': 'ref', 'task.unit': 'ref', 'task.started': 'instant', 'task.due': 'instant',
    'task.next': 'instant', 'task.limit': 'text', 'figure.series': 'code', 'figure.dimension': 'text', 'figure.place': 'place',
    'figure.start': 'date', 'figure.end': 'date', 'figure.value': 'number', 'figure.unit': 'code', 'figure.source': 'text',
    'match_weights.text': 'text', 'match_weights.persons': 'number', 'match_weights.pairs': 'number', 'match_weights.decisions': 'number',
    'match_weights.agreed_old': 'number', 'match_weights.agreed_new': 'number',
    'release.from': 'date', 'release.to': 'date', 'release.audience': 'code', 'release.replaces': 'ref', 'release.correction': 'text',
    'release.locked': 'instant', 'release.version': 'number', 'release.hash': 'text', 'release.body': 'text',
    'equal_names.words': 'text', 'equal_names.persons': 'number', 'equal_names.perhaps': 'yesno4', 'question.terms': 'text', 'question.birth': 'date', 'question.purpose': 'code', 'question.reason': 'text', 'inquiry.person': 'ref',
    'inquiry.agency': 'ref', 'inquiry.asker': 'ref', 'inquiry.purpose': 'code', 'inquiry.reason': 'text', 'inquiry.classes': 'codes', 'inquiry.until': 'instant', 'check.person': 'ref', 'departure.began': 'date', 'check.refused': 'yesno4',
    'figure.period': 'text', 'figure.note': 'text', 'figure.doubt': 'yesno4', 'figure.part_year': 'yesno4'}
VERBS = {'list', 'read', 'create', 'change', 'move', 'void', 'import', 'export', 'count'}
MAY = {'users', 'tables', 'import', 'audit', 'base_data', 'health', 'erase', 'data_rights', 'population', 'population_rows', 'approve', 'supervise'}
CODE_HEAD = 'kode id en berlaku_dari berlaku_sampai urutan padanan status asal'.split()
FUNCS = {'empty': (1, 1), 'today': (0, 0), 'age': (2, 2), 'band': (2, 2), 'if': (3, 3), 'first': (1, 9), 'initials': (1, 1), 'join': (2, 8),
         'year': (1, 1), 'nik_birth': (1, 1), 'nik_sex': (1, 1), 'differ': (2, 2), 'days_after': (2, 2), 'part_year': (2, 2), 'find': (3, 3),
         'now': (0, 0), 'me': (0, 0), 'random_code': (0, 0), 'count': (1, 1), 'sum': (1, 1), 'set': (1, 1), 'last': (1, 1)}
RESERVED = {'masuk', 'keluar', 'cari', 'tabel', 'impor', 'api', 'audit', 'peta', 'lapor', 'lacak', 'pimpinan', 'baru', 'ubah', 'seri'}

errors = []


def err(where, text):
    errors.append((where, text))


# ---- YAML with places: a scalar is V(str), a map M(dict), a list L(list), each with .at
class V(str):
    at = None


class M(dict):
    at = None


class L(list):
    at = None


def place(path, node):
    m = node.start_mark
    return (path, m.line + 1, m.column + 1)


def build(path, node):
    if isinstance(node, yaml.ScalarNode):
        out = V(node.value)
        out.at = place(path, node)
        if node.value == '' and not node.style:
            err(out.at, 'empty value')
    elif isinstance(node, yaml.SequenceNode):
        out = L(build(path, n) for n in node.value)
        out.at = place(path, node)
    else:
        out = M()
        out.at = place(path, node)
        for k, v in node.value:
            key = build(path, k)
            if key in out:
                err(key.at, f'duplicate key "{key}"')
            out[key] = build(path, v)
    return out


def load(path):
    try:
        node = yaml.compose(open(path, encoding='utf-8'), Loader=getattr(yaml, 'CSafeLoader', yaml.SafeLoader))
    except yaml.YAMLError as e:
        m = e.problem_mark
        err((path, m.line + 1, m.column + 1), f'syntax: {e.problem}')
        return None
    if not isinstance(node, yaml.MappingNode):
        err((path, 1, 1), 'not a map')
        return None
    return build(path, node)


def keys(m, allowed, what, need=()):
    if not isinstance(m, M):
        err(m.at, f'{what}: must be a map')
        return False
    for k in m:
        if k not in allowed:
            err(k.at, f'{what}: unknown key "{k}"')
    for k in need:
        if k not in m:
            err(m.at, f'{what}: "{k}" is missing')
    return all(k in m for k in need)


def label(m, what, key='label', need=True):
    if key not in m:
        if need:
            err(m.at, f'{what}: {key} is missing')
        return
    if keys(m[key], {'id', 'en'}, f'{what}: {key}', ('id', 'en')):
        for k in ('id', 'en'):
            if not m[key][k].strip():
                err(m[key].at, f'{what}: {key}.{k} is empty')


def words(m, key, what):
    v = m.get(key)
    if v is None:
        return []
    if not isinstance(v, L):
        err(v.at, f'{what}: "{key}" must be a list')
        return []
    return v


# ---- types
class Type:
    def __init__(self, kind, check=None, target=None, word=None):
        self.kind, self.check, self.target, self.word = kind, check, target, word


def parse_type(v, field):
    parts = v.split()
    kind, _, check = parts[0].partition(':') if parts else ('', '', '')
    check = check or None
    rest = parts[1:]
    many = kind in ('code', 'codes', 'ref', 'refs')
    if many:
        if len(rest) != 1:
            err(v.at, f'{field}: "{kind}" needs one list or register')
            return None
        return Type(kind, check, rest[0])
    word = rest[0] if rest else None
    ok = {'text': lambda: check in (None, 'nik', 'phone', 'email', 'docno') and word in (None, 'long', 'lines'),
          'number': lambda: check is None, 'date': lambda: check is None and word in (None, 'full'),
          'place': lambda: check in (None, 'prov', 'kab', 'kec', 'desa') and not word,
          'places': lambda: check in (None, 'prov', 'kab', 'kec', 'desa') and not word}
    for k in ('time', 'instant', 'yesno4', 'file', 'geopoint'):
        ok[k] = lambda: check is None and not word
    if kind not in ok or not ok[kind]() or len(rest) > 1:
        err(v.at, f'{field}: bad type "{v}"')
        return None
    return Type(kind, check, None, word)


def system_type(name, reg):
    t = SYSTEM[name]
    if t == 'parent':
        p = reg.parent
        return Type('ref', None, p) if p else None
    if t.startswith('ref '):
        return Type('ref', None, t[4:])
    return Type(t)


# ---- expressions
TOKEN = re.compile(r"\s*(?:(\d+)|'([^']*)'|([a-z_][A-Za-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*|[A-Z][A-Za-z0-9_]*)|(!=|<=|>=|[=<>(),]))")


class Bad(Exception):
    pass


class Expr:
    """A parsed expression: tuples ('num', n) ('text', s) ('name', path) ('call', f, args) ('op', op, args)."""

    def __init__(self, text):
        self.toks, i = [], 0
        text = text.rstrip()
        while i < len(text):
            m = TOKEN.match(text, i)
            if not m:
                raise Bad(f'cannot read "{text[i:]}"')
            num, s, name, sym = m.groups()
            self.toks.append(('num', num) if num else ('text', s) if s is not None else ('name', name) if name else ('sym', sym))
            i = m.end()
        self.i = 0
        self.tree = self.either()
        if self.i < len(self.toks):
            raise Bad(f'unexpected "{self.toks[self.i][1]}"')

    def peek(self, *vals):
        return self.i < len(self.toks) and self.toks[self.i][0] != 'text' and self.toks[self.i][1] in vals

    def take(self, *vals):
        if self.peek(*vals):
            self.i += 1
            return self.toks[self.i - 1][1]
        return None

    def want(self, val):
        if not self.take(val):
            raise Bad(f'"{val}" expected')

    def either(self):
        a = self.both()
        while self.take('or'):
            a = ('op', 'or', [a, self.both()])
        return a

    def both(self):
        a = self.neg()
        while self.take('and'):
            a = ('op', 'and', [a, self.neg()])
        return a

    def neg(self):
        if self.take('not'):
            return ('op', 'not', [self.neg()])
        a = self.atom()
        op = self.take('=', '!=', '<', '<=', '>', '>=', 'has')
        if op:
            return ('op', op, [a, self.atom()])
        if self.take('in'):
            self.want('(')
            items = [self.atom()]
            while self.take(','):
                items.append(self.atom())
            self.want(')')
            return ('op', 'in', [a] + items)
        return a

    def atom(self):
        if self.take('('):
            a = self.either()
            self.want(')')
            return a
        if self.i >= len(self.toks):
            raise Bad('ends too early')
        kind, val = self.toks[self.i]
        if kind == 'sym' or (kind == 'name' and val in ('and', 'or', 'not', 'has', 'in')):
            raise Bad(f'unexpected "{val}"')
        self.i += 1
        if kind == 'name' and self.take('('):
            if val not in FUNCS:
                raise Bad(f'no function "{val}"')
            args = []
            if not self.take(')'):
                args.append(self.either())
                while self.take(','):
                    args.append(self.either())
                self.want(')')
            lo, hi = FUNCS[val]
            if not lo <= len(args) <= hi:
                raise Bad(f'{val}: {lo}..{hi} arguments, not {len(args)}')
            return ('call', val, args)
        return (kind, val)


class Register:
    def __init__(self, path, m):
        self.path, self.m, self.name = path, m, m.get('register', V('?'))
        self.fields, self.types, self.children = {}, {}, set()
        self.parent = m.get('parent')
        self.tags = set(m.get('tags', []))
        self.states, self.moves = {}, {}


class Domain:
    def __init__(self, root, more):
        self.root, self.code_dirs = root, [os.path.join(root, 'codes')] + more
        self.regs, self.lists, self.roles = {}, {}, {}

    # ---- code lists
    def codes(self, name, at, what):
        """Rows of a list as {code: row}, or None when it does not exist (reported once a use)."""
        if name not in self.lists:
            self.lists[name] = None
            for d in self.code_dirs:
                p = os.path.join(d, f'{name}.tsv')
                if os.path.exists(p):
                    self.lists[name] = self.read_list(p)
                    break
        if self.lists[name] is None:
            err(at, f'{what}: no code list "{name}"')
        return self.lists[name]

    def read_list(self, path):
        out = {}
        rows = [ln.rstrip('\n').split('\t') for ln in open(path, encoding='utf-8')]
        if not rows or rows[0][:9] != CODE_HEAD:
            err((path, 1, 1), 'header must start with ' + ' '.join(CODE_HEAD))
            return out
        for n, r in enumerate(rows[1:], 2):
            if len(r) != len(rows[0]):
                err((path, n, 1), f'{len(r)} columns, header has {len(rows[0])}')
                continue
            row = dict(zip(rows[0], r))
            if not row['id'] or not row['en']:
                err((path, n, 1), f'{row["kode"]}: both labels are needed')
            if row['kode'] in out:
                err((path, n, 1), f'{row["kode"]}: twice')
            out[row['kode']] = row
        return out

    # ---- targets
    def targets(self, target):
        """Registers a ref, parent or tag may mean."""
        if target is None:
            return []
        if target.startswith('@'):
            return [r for r in self.regs.values() if target[1:] in r.tags]
        return [self.regs[target]] if target in self.regs else []

    def need_target(self, target, at, what):
        if not self.targets(target):
            err(at, f'{what}: no register {"with tag " if target.startswith("@") else ""}"{target}"')

    # ---- paths: returns (found, Type or None)
    def resolve(self, reg, path, at, what):
        parts = path.split('.')
        if len(parts) > 2:
            err(at, f'{what}: "{path}" has more than one hop')
            return True, None
        first = parts[0]
        if first in reg.types:
            t = reg.types[first]
        elif first in SYSTEM:
            t = system_type(first, reg)
            if first == 'induk' and not t:
                err(at, f'{what}: "{path}", but the register has no parent')
                return True, None
            if first == 'nomor' and 'number' not in reg.m and len(parts) == 1:
                err(at, f'{what}: "nomor", but the register has no number')
            if first == 'status' and not reg.states:
                err(at, f'{what}: "status", but the register has no flow')
        else:
            return False, None
        if len(parts) == 1 or t is None:
            return True, t
        if t.kind not in ('ref', 'refs'):
            err(at, f'{what}: "{first}" is no reference')
            return True, None
        found = None
        for r in self.targets(t.target):
            if parts[1] in r.types:
                found = r.types[parts[1]]
            elif parts[1] in SYSTEM:
                found = system_type(parts[1], r)
                if parts[1] == 'status' and found:
                    found.states = r.states
            else:
                err(at, f'{what}: "{r.name}" has no field "{parts[1]}"')
        return True, found

    def vocabulary(self, reg, path, t, at, what):
        """The words a value may have, or None when it is free."""
        if t is None:
            return None
        if t.kind in ('code', 'codes'):
            rows = self.codes(t.target, at, what)
            return None if rows is None else set(rows)
        if t.kind == 'yesno4':
            return {'ya', 'tidak', 'tidak_diketahui', 'tidak_ditanyakan'}
        if t.kind == 'state':
            return set(getattr(t, 'states', reg.states))
        return None

    def expression(self, reg, text, what, result=None):
        """Parse and resolve; `result` is the Type of the field a calc or default fills."""
        try:
            tree = Expr(text).tree
        except Bad as e:
            err(text.at, f'{what}: {e}')
            return
        want = self.vocabulary(reg, '', result, text.at, what) if result else None
        self.walk(reg, tree, text.at, what, want, result is not None)

    def walk(self, reg, t, at, what, want=None, value=False):
        """want: the codes a bare word may be here; value: the result is stored, so an unknown word is an error."""
        if t[0] == 'num':
            return
        if t[0] == 'text':
            if want is not None and t[1] not in want:
                err(at, f"{what}: '{t[1]}' is no code here")
            return
        if t[0] == 'name':
            found, _ = self.resolve(reg, t[1], at, what)
            if not found:
                if '.' in t[1] or want is None:
                    err(at, f'{what}: nothing is called "{t[1]}"')
                elif t[1] not in want:
                    err(at, f'{what}: "{t[1]}" is neither a field nor a code here')
            return
        if t[0] == 'op':
            op, args = t[1], t[2]
            if op in ('and', 'or', 'not'):
                for a in args:
                    self.walk(reg, a, at, what)
                return
            left = None
            if args[0][0] == 'name':
                found, left = self.resolve(reg, args[0][1], at, what)
                if not found:
                    err(at, f'{what}: nothing is called "{args[0][1]}"')
                if op == 'has' and left and left.kind not in ('codes', 'refs', 'places'):
                    err(at, f'{what}: "has" needs a multi-valued field, not "{args[0][1]}"')
                if op in ('=', '!=') and left and left.kind in ('codes', 'refs', 'places'):
                    err(at, f'{what}: "{op}" on the multi-valued "{args[0][1]}"; use has')
            else:
                self.walk(reg, args[0], at, what)
            words_ = self.vocabulary(reg, '', left, at, what)
            for a in args[1:]:
                self.walk(reg, a, at, what, words_)
            return
        f, args = t[1], t[2]
        if f == 'if':
            self.walk(reg, args[0], at, what)
            self.walk(reg, args[1], at, what, want, value)
            self.walk(reg, args[2], at, what, want, value)
        elif f == 'first':
            for a in args:
                self.walk(reg, a, at, what, want, value)
        elif f == 'band':
            rows = self.codes(args[0][1], at, what) if args[0][0] == 'name' else None
            if rows and not all(k in next(iter(rows.values())) for k in ('dari', 'sampai')):
                err(at, f'{what}: list "{args[0][1]}" has no columns dari, sampai')
            self.walk(reg, args[1], at, what)
        elif f == 'find':
            other = self.regs.get(args[0][1])
            if not other:
                err(at, f'{what}: no register "{args[0][1]}"')
            elif args[1][1] not in other.types:
                err(at, f'{what}: "{other.name}" has no field "{args[1][1]}"')
            self.walk(reg, args[2], at, what)
        elif f in ('count', 'sum', 'set', 'last'):
            child, _, fld = args[0][1].partition('.') if args[0][0] == 'name' else ('', '', '')
            other = self.regs.get(child)
            if not other or child not in reg.children:
                err(at, f'{what}: {f}: "{child}" is no child register')
            elif (f == 'count') != (fld == ''):
                err(at, f'{what}: {f}: bad argument "{args[0][1]}"')
            elif fld and fld not in other.types and fld not in SYSTEM:
                err(at, f'{what}: "{child}" has no field "{fld}"')
            elif fld and 'class' in other.fields.get(fld, {}):
                err(at, f'{what}: "{args[0][1]}" is encrypted')
        else:
            for a in args:
                self.walk(reg, a, at, what)

    # ---- registers
    def read_registers(self):
        for p in sorted(glob.glob(os.path.join(self.root, 'registers', '*.yaml'))):
            m = load(p)
            if m is None:
                continue
            r = Register(p, m)
            stem = os.path.basename(p)[:-5]
            if r.name != stem:
                err(m.at, f'register "{r.name}" stands in {stem}.yaml')
            if not IDENT.match(stem) or stem in RESERVED:
                err(m.at, f'"{stem}" cannot name a register')
            self.regs[stem] = r
            for s in words(m, 'sections', stem):
                for f in words(s, 'fields', stem) if isinstance(s, M) else []:
                    if isinstance(f, M) and 'name' in f and 'type' in f:
                        if f['name'] in r.fields:
                            err(f.at, f'{f["name"]}: twice')
                        r.fields[f['name']] = f
                        t = parse_type(f['type'], f['name'])
                        r.types[f['name']] = t or Type('text')
            flow = m.get('flow')
            if isinstance(flow, M):
                r.states = {s['name']: s for s in words(flow, 'states', stem) if 'name' in s}
                r.moves = {s['name']: s for s in words(flow, 'moves', stem) if 'name' in s}
        for r in self.regs.values():
            for p in self.targets(r.parent):
                p.children.add(r.name)

    def key_end(self, r, seen=()):
        """The register whose key encrypts r, or None with an error."""
        if r.name in seen:
            err(r.m.at, f'key chain turns in a circle: {" -> ".join(seen + (r.name,))}')
            return None
        k = r.m.get('key', 'none')
        if k == 'own':
            return r
        if k == 'parent':
            if not r.parent:
                err(r.m.at, 'key: parent, but there is no parent')
                return None
            ends = [self.key_end(p, seen + (r.name,)) for p in self.targets(r.parent)]
            return ends[0] if ends and all(ends) else None
        if k.startswith('ref '):
            f = k[4:]
            t = r.types.get(f)
            if not t or t.kind != 'ref':
                err(k.at, f'key: "{f}" is no reference')
                return None
            if r.fields[f].get('required') != 'yes' or 'when' in r.fields[f]:
                err(k.at, f'key: "{f}" may be empty')
            ends = [self.key_end(p, seen + (r.name,)) for p in self.targets(t.target)]
            return ends[0] if ends and all(ends) else None
        if k == 'none':
            if seen:
                err(r.m.at, f'key chain {" -> ".join(seen)} ends at "{r.name}", which has no key')
            return None
        err(k.at, f'bad key "{k}"')
        return None

    def check_register(self, r):
        m, n = r.m, r.name
        keys(m, REG_KEYS, n, ('register', 'label', 'group', 'key', 'reach', 'heading', 'sections', 'rights'))
        label(m, n)
        label(m, n, 'menu', need=False)
        label(m, n, 'help')
        if 'group' in m:
            rows = self.codes('kelompok_menu', m['group'].at, 'group')
            if rows is not None and m['group'] not in rows:
                err(m['group'].at, f'no menu group "{m["group"]}"')
        if 'is' in m and m['is'] not in IS:
            err(m['is'].at, f'no role "{m["is"]}"')
        for t in words(m, 'tags', n):
            if not IDENT.match(t):
                err(t.at, f'bad tag "{t}"')
        if r.parent:
            self.need_target(r.parent, r.parent.at, 'parent')
        if m.get('parent_optional', 'yes') != 'yes' or ('parent_optional' in m and not r.parent):
            err(m.at, 'parent_optional: needs a parent, and says yes')
        reach = m.get('reach', 'own')
        if reach not in ('own', 'parent', 'referrers'):
            err(reach.at, f'bad reach "{reach}"')
        if reach == 'parent' and not r.parent:
            err(reach.at, 'reach: parent, but there is no parent')
        if reach == 'referrers' and not any(t.target == n for o in self.regs.values() for t in o.types.values() if t.kind in ('ref', 'refs')):
            err(reach.at, 'reach: referrers, but nothing refers to it')
        if 'number' in m and not re.match(r'[A-Z]+-(\{tahun\}-)?\{urut:\d\}$', m['number']):
            err(m['number'].at, f'bad number "{m["number"]}"')
        encrypted = [f for f in r.fields.values() if 'class' in f]
        end = self.key_end(r)
        if encrypted and not end:
            err(m.at, f'{len(encrypted)} encrypted fields and no key')
        if 'berkas' in r.tags and m.get('key') == 'none':
            err(m.at, 'tag berkas with key: none')
        self.check_heading(r)
        tabs = self.check_tabs(r)
        self.check_sections(r, tabs)
        self.check_flow(r)
        self.check_clocks(r)
        self.check_rules(r)
        self.check_rights(r)
        self.check_stats(r)

    def check_heading(self, r):
        h = r.m.get('heading')
        if not h:
            return
        names = re.findall(r'\{([^}]*)\}', h)
        if not names:
            err(h.at, 'heading names no field')
        for name in names:
            found, _ = self.resolve(r, name, h.at, 'heading')
            if not found:
                err(h.at, f'heading: nothing is called "{name}"')
            if name in r.fields and 'class' in r.fields[name]:
                err(h.at, f'heading: "{name}" is encrypted')
            if '.' in name:
                ref, fld = name.split('.')[:2]
                t = r.types.get(ref) or (system_type(ref, r) if ref in SYSTEM else None)
                for o in self.targets(t.target) if t else []:
                    if 'class' in o.fields.get(fld, {}):
                        err(h.at, f'heading: "{name}" is encrypted')

    def check_tabs(self, r):
        out = {}
        for t in words(r.m, 'tabs', r.name):
            if keys(t, {'name', 'label', 'children'}, 'tab', ('name', 'label')):
                label(t, f'tab {t["name"]}')
                out[t['name']] = t
                for c in words(t, 'children', 'tab'):
                    if c not in r.children:
                        err(c.at, f'tab {t["name"]}: "{c}" is no child register')
        return out

    def check_sections(self, r, tabs):
        seen = set()
        for s in words(r.m, 'sections', r.name):
            if not keys(s, {'name', 'label', 'help', 'tab', 'when', 'fields'}, 'section', ('name', 'label', 'fields')):
                continue
            what = f'section {s["name"]}'
            if s['name'] in seen or not IDENT.match(s['name']):
                err(s['name'].at, f'{what}: bad or used name')
            seen.add(s['name'])
            label(s, what)
            if 'tab' in s and s['tab'] not in tabs:
                err(s['tab'].at, f'{what}: no tab "{s["tab"]}"')
            if 'when' in s:
                self.expression(r, s['when'], f'{what}: when')
            for f in words(s, 'fields', what):
                self.check_field(r, f)

    def check_field(self, r, f):
        if not keys(f, FIELD_KEYS, f'field {f.get("name", "?")}', ('name', 'type', 'label')):
            return
        n, t = f['name'], r.types[f['name']]
        if not IDENT.match(n):
            err(n.at, f'bad field name "{n}"')
        if n in SYSTEM:
            err(n.at, f'"{n}" is a system column')
        label(f, n)
        label(f, n, 'help', need=False)
        for k in FLAGS:
            if f.get(k, 'yes') != 'yes':
                err(f[k].at, f'{n}: {k} is yes or absent')
        if 'class' in f:
            if f['class'] not in CLASSES:
                err(f['class'].at, f'{n}: no class "{f["class"]}"')
            for k in ('search', 'sort', 'facet', 'stat', 'unique', 'calc'):
                if k in f:
                    err(f.at, f'{n}: class and {k} are refused together')
            if 'list' in f:
                err(f.at, f'{n}: an encrypted field is no list column')
        elif 'lookup' in f:
            err(f.at, f'{n}: lookup without class')
        elif t.kind == 'geopoint':
            err(f.at, f'{n}: a geopoint needs a class')
        if 'search' in f and t.kind != 'text':
            err(f.at, f'{n}: only text is searched')
        if t.kind in ('code', 'codes'):
            self.codes(t.target, f['type'].at, n)
        if t.kind in ('ref', 'refs'):
            self.need_target(t.target, f['type'].at, n)
        if 'scale' in f and (t.kind != 'number' or f['scale'] != '2'):
            err(f['scale'].at, f'{n}: scale is 2, on a number')
        if 'calc' in f:
            if 'required' in f or 'default' in f:
                err(f.at, f'{n}: a calc is never typed')
            self.expression(r, f['calc'], f'{n}: calc', t)
        if 'when' in f:
            self.expression(r, f['when'], f'{n}: when')
        if 'default' in f:
            self.expression(r, f['default'], f'{n}: default', t)
        for k in ('min', 'max'):
            if k in f:
                ok = {'number': r'-?\d+$', 'text': r'\d+$', 'date': r'(today|\d{4}(-\d\d(-\d\d)?)?)$'}.get(t.kind)
                other = r.types.get(f[k]) if t.kind == 'date' else None
                if other is not None and other.kind == 'date' and f[k] != n:
                    continue
                if not ok or not re.match(ok, f[k]):
                    err(f[k].at, f'{n}: bad {k} "{f[k]}"')
        if 'as' in f:
            if f['as'] not in AS:
                err(f['as'].at, f'{n}: no role "{f["as"]}"')
            elif AS[f['as']] != t.kind:
                err(f['as'].at, f'{n}: {f["as"]} must be {AS[f["as"]]}, is {t.kind}')
            elif f['as'].split('.')[0] != r.m.get('is'):
                err(f['as'].at, f'{n}: {f["as"]} on a register that is "{r.m.get("is")}"')

    def check_roles_in(self, m, key, what):
        for x in words(m, key, what):
            if x not in self.roles:
                err(x.at, f'{what}: no role "{x}"')

    def check_flow(self, r):
        flow = r.m.get('flow')
        if flow is None:
            return
        if not keys(flow, {'start', 'states', 'moves'}, 'flow', ('start', 'states', 'moves')):
            return
        if flow['start'] not in r.states:
            err(flow['start'].at, f'flow: no state "{flow["start"]}"')
        for group, got in (('states', r.states), ('moves', r.moves)):
            if len(flow[group]) != len(got):
                err(flow[group].at, f'flow: {group} with the same name')
        for s in flow['states']:
            if keys(s, {'name', 'label', 'closed', 'opens', 'restricts', 'holds', 'locked'}, 'state', ('name', 'label')):
                label(s, f'state {s["name"]}')
        reached, frontier = {flow['start']}, [flow['start']]
        for mv in flow['moves']:
            if not keys(mv, {'name', 'label', 'from', 'to', 'by', 'need', 'set', 'creates', 'when', 'reason', 'final', 'other'}, 'move', ('name', 'label', 'from', 'to', 'by')):
                return
            what = f'move {mv["name"]}'
            label(mv, what)
            for s in words(mv, 'from', what):
                if s not in r.states:
                    err(s.at, f'{what}: no state "{s}"')
            if mv['to'] not in r.states:
                err(mv['to'].at, f'{what}: no state "{mv["to"]}"')
            self.check_roles_in(mv, 'by', what)
            movers = {x['role'] for x in r.m.get('rights', []) if 'move' in x.get('verbs', [])}
            for role in words(mv, 'by', what):
                if role not in movers:
                    err(role.at, f'{what}: role "{role}" has no right to move here')
            for f in words(mv, 'need', what):
                if f not in r.types:
                    err(f.at, f'{what}: need: no field "{f}"')
            if 'when' in mv:
                self.expression(r, mv['when'], f'{what}: when')
            for f, e in mv.get('set', {}).items():
                if f not in r.types:
                    err(f.at, f'{what}: no field "{f}"')
                else:
                    self.expression(r, e, f'{what}: {f}', r.types[f])
            if 'creates' in mv:
                self.check_creates(r, mv['creates'], f'{what}: creates')
            if mv.get('reason', 'yes') != 'yes':
                err(mv['reason'].at, f'{what}: reason is yes or absent')
            if mv['name'] in ('ubah', 'baru', 'impor'):
                err(mv['name'].at, f'{what}: the name is a page')
        while frontier:
            s = frontier.pop()
            for mv in flow['moves']:
                if s in mv['from'] and mv['to'] not in reached:
                    reached.add(mv['to'])
                    frontier.append(mv['to'])
        for s in r.states:
            if s not in reached:
                err(flow.at, f'flow: state "{s}" is never reached')

    def check_clocks(self, r):
        clocks = words(r.m, 'clocks', r.name)
        if clocks and 'sumber_tugas' not in r.tags:
            err(clocks.at, 'a clock is a task under the record, so the register needs the tag sumber_tugas')
        for c in clocks:
            if not keys(c, {'name', 'label', 'start', 'stop', 'when', 'law', 'limit', 'days', 'warn', 'to', 'escalate'}, 'clock',
                        ('name', 'label', 'start', 'to')):
                continue
            what = f'clock {c["name"]}'
            label(c, what)
            for k, kinds in (('start', ('create', 'move', 'state')), ('stop', ('move', 'state', 'field'))):
                if k not in c:
                    continue
                kind, _, name = c[k].partition(' ')
                pool = {'move': r.moves, 'state': r.states, 'field': r.types, 'create': {'': 1}}.get(kind, {})
                if kind not in kinds or name not in pool:
                    err(c[k].at, f'{what}: bad {k} "{c[k]}"')
            if ('law' in c) == ('limit' in c):
                err(c.at, f'{what}: exactly one of law and limit')
            if 'limit' in c and not re.match(r'\d+ [hd]$', c['limit']):
                err(c['limit'].at, f'{what}: bad limit "{c["limit"]}"')
            if 'law' in c:
                self.limit_known(c, what)
            if c.get('days', 'work') != 'work' or not re.match(r'\d+ %$', c.get('warn', '80 %')):
                err(c.at, f'{what}: bad days or warn')
            named = c['to'].split(' ')
            if named[0] == 'field' and len(named) == 2:
                if r.fields.get(named[1], {}).get('type') != 'ref institusi':
                    err(c['to'].at, f'{what}: to: "{named[1]}" names no institution')
            elif c['to'] != 'pemilik' and c['to'] not in self.roles:
                err(c['to'].at, f'{what}: to: no role "{c["to"]}"')
            self.check_roles_in(c, 'escalate', what)

    def check_rules(self, r):
        for u in words(r.m, 'rules', r.name):
            if not keys(u, {'name', 'label', 'when', 'make', 'under', 'set', 'once'}, 'rule', ('name', 'when', 'make', 'under', 'set')):
                continue
            what = f'rule {u["name"]}'
            self.expression(r, u['when'], f'{what}: when')
            new = self.regs.get(u['make'])
            if not new:
                err(u['make'].at, f'{what}: no register "{u["make"]}"')
                continue
            hosts = [r] if u['under'] == 'self' else self.targets(r.parent) if u['under'] == 'induk' else None
            if hosts is None:
                err(u['under'].at, f'{what}: under is self or induk')
            for h in hosts or []:
                if new.name not in h.children:
                    err(u['under'].at, f'{what}: "{new.name}" cannot stand under "{h.name}"')
            for f, e in u['set'].items():
                if f not in new.types:
                    err(f.at, f'{what}: "{new.name}" has no field "{f}"')
                else:
                    self.expression(r, e, f'{what}: {f}', new.types[f])
            self.check_filled(new, {*u['set'], *(['judul'] if 'label' in u else [])}, u, what)

    def check_filled(self, new, settings, at, what):
        for name, f in new.fields.items():
            if f.get('required') == 'yes' and 'when' not in f and name not in settings and 'default' not in f:
                err(at.at, f'{what}: required "{name}" of "{new.name}" is not set')

    def check_creates(self, r, c, what):
        if not keys(c, {'register', 'into', 'set'}, what, ('register', 'into', 'set')):
            return
        new = self.regs.get(c['register'])
        if not new:
            err(c['register'].at, f'{what}: no register "{c["register"]}"')
            return
        if r.fields.get(c['into'], {}).get('type') != f'ref {new.name}':
            err(c['into'].at, f'{what}: "{c["into"]}" is no ref {new.name}')
        for f, e in c['set'].items():
            if f not in new.types:
                err(f.at, f'{what}: "{new.name}" has no field "{f}"')
            else:
                self.expression(r, e, f'{what}: {f}', new.types[f])
        self.check_filled(new, c['set'], c, what)

    def check_rights(self, r):
        classes = {f['class'] for f in r.fields.values() if f.get('class') in CLASSES}
        for x in words(r.m, 'rights', r.name):
            if not keys(x, {'role', 'verbs', 'scope', 'deny', 'allow'}, 'right', ('role', 'verbs', 'scope')):
                continue
            what = f'right of {x["role"]}'
            if x['role'] not in self.roles:
                err(x['role'].at, f'{what}: no such role')
            for v in words(x, 'verbs', what):
                if v not in VERBS:
                    err(v.at, f'{what}: no verb "{v}"')
                if v == 'move' and not r.moves:
                    err(v.at, f'{what}: move, but there is no flow')
                if v == 'count' and 'stats' not in r.m and not any('stat' in f for f in r.fields.values()):
                    err(v.at, f'{what}: count, but nothing is counted')
            if x['scope'] not in ('own', 'assigned', 'area', 'all', 'addressed', 'oversight'):
                err(x['scope'].at, f'{what}: bad scope "{x["scope"]}"')
            if 'deny' in x and 'allow' in x:
                err(x.at, f'{what}: deny and allow')
            for k in ('deny', 'allow'):
                for c in words(x, k, what):
                    if c not in CLASSES:
                        err(c.at, f'{what}: no class "{c}"')

    def check_stats(self, r):
        s = r.m.get('stats')
        if s is not None and keys(s, {'unit', 'person', 'date', 'where', 'apart', 'dims'}, 'stats', ('unit', 'date', 'dims')):
            rows = self.codes('satuan', s['unit'].at, 'stats')
            if rows is not None and s['unit'] not in rows:
                err(s['unit'].at, f'stats: no unit "{s["unit"]}"')
            t = r.types.get(s['date'])
            if not t or t.kind not in ('date', 'instant'):
                err(s['date'].at, f'stats: "{s["date"]}" is no date of this register')
            elif 'class' in r.fields[s['date']]:
                err(s['date'].at, 'stats: the date is encrypted')
            if 'person' in s:
                t = r.types.get(s['person'])
                if not t or t.kind != 'ref':
                    err(s['person'].at, f'stats: "{s["person"]}" is no reference')
            for k in ('where', 'apart'):
                if k in s:
                    self.expression(r, s[k], f'stats: {k}')
            for d in words(s, 'dims', 'stats'):
                if not self.is_dim(r, d):
                    err(d.at, f'stats: "{d}" is no stat field')
        q = r.m.get('processing')
        if q is not None and keys(q, {'purpose', 'basis', 'law'}, 'processing', ('purpose', 'basis', 'law')):
            label(q, 'processing', 'purpose')
        if q is None and any('class' in f for f in r.fields.values()):
            err(r.m.at, 'fields of a class, but no processing: says what for and by what right')
        q = r.m.get('retention')
        if q is not None and keys(q, {'after', 'law'}, 'retention', ('after', 'law')):
            self.limit_known(q, 'retention')
            if q['after'] not in ('closed', 'changed'):
                err(q.at, 'retention: after closed or changed')
            if q['after'] == 'closed' and not any('closed' in x for x in r.states.values()):
                err(q.at, 'retention: after closed, but no state is closed')

    def limit_known(self, c, what):
        path = os.path.join(self.root, 'law', 'batas.tsv')
        if os.path.exists(path) and not any(ln.split('\t')[0] == c['law'] for ln in open(path, encoding='utf-8')):
            err(c['law'].at, f'{what}: no row "{c["law"]}" in law/batas.tsv')

    def is_dim(self, r, d):
        if d in ('pemilik', 'status'):
            return d == 'pemilik' or bool(r.states)
        return d in r.fields and r.fields[d].get('stat') == 'yes'

    def check_model(self):
        for what, pick in (('is', lambda r: [r.m['is']] if 'is' in r.m else []),
                           ('as', lambda r: [f['as'] for f in r.fields.values() if 'as' in f])):
            held = {}
            for r in self.regs.values():
                for role in pick(r):
                    if role in held:
                        err(role.at, f'{what}: "{role}" is held by {held[role]} too')
                    held[role] = r.name

    # ---- roles, imports, tables, queues
    def read_roles(self):
        p = os.path.join(self.root, 'roles.yaml')
        m = load(p) if os.path.exists(p) else None
        if m is None:
            err((p, 1, 1), 'no roles')
            return
        keys(m, {'roles', 'audiences'}, 'roles', ('roles', 'audiences'))
        for x in words(m, 'roles', 'roles'):
            if not keys(x, {'name', 'label', 'help', 'home', 'works', 'boards', 'figures', 'audience', 'two_persons', 'may'}, 'role', ('name', 'label', 'audience')):
                continue
            if x['name'] in self.roles or not IDENT.match(x['name']):
                err(x.at, f'role "{x["name"]}": bad or twice')
            self.roles[x['name']] = x
            label(x, x['name'])
            label(x, x['name'], 'help', need=False)
            if x['audience'] not in ('internal', 'task_force', 'public'):
                err(x['audience'].at, f'{x["name"]}: bad audience')
            for d in words(x, 'may', x['name']):
                if d not in MAY:
                    err(d.at, f'{x["name"]}: no duty "{d}"')

    def check_homes(self):
        for x in self.roles.values():
            for r in words(x, 'works', x['name']):
                rights = self.regs[r].m.get('rights', []) if r in self.regs else []
                if not any(y['role'] == x['name'] and {'list', 'read', 'create'} & set(y['verbs']) for y in rights):
                    err(r.at, f'{x["name"]}: may neither list nor create "{r}"')
            for q in words(x, 'boards', x['name']):
                if not os.path.exists(os.path.join(self.root, 'queues', q + '.yaml')):
                    err(q.at, f'{x["name"]}: no queue "{q}"')
            if 'home' not in x:
                continue
            page = x['home'].lstrip('/')
            if page in self.regs:
                ok = any(y['role'] == x['name'] and {'list', 'read'} & set(y['verbs']) for y in self.regs[page].m.get('rights', []))
                if not ok:
                    err(x['home'].at, f'{x["name"]}: may not list its home "{page}"')
            elif page not in RESERVED:
                err(x['home'].at, f'{x["name"]}: no page "{x["home"]}"')

    def check_import(self, p):
        m = load(p)
        if m is None or not keys(m, {'import', 'label', 'help', 'rows', 'columns'}, 'import', ('import', 'label', 'rows', 'columns')):
            return
        if m['import'] != os.path.basename(p)[:-5]:
            err(m['import'].at, 'name and file differ')
        label(m, m['import'])
        label(m, m['import'], 'help', need=False)
        made, filled = {}, {}
        for x in m['rows']:
            if not keys(x, {'as', 'register', 'parent', 'match', 'set'}, 'row', ('as', 'register')):
                continue
            r = self.regs.get(x['register'])
            if not r:
                err(x['register'].at, f'no register "{x["register"]}"')
                continue
            if 'parent' in x:
                if x['parent'] not in made or made[x['parent']] not in self.targets(r.parent):
                    err(x['parent'].at, f'{x["as"]}: "{x["parent"]}" cannot be its parent')
            elif r.parent and r.m.get('parent_optional') != 'yes' and len(m['rows']) > 1:
                err(x.at, f'{x["as"]}: parent is missing')
            made[x['as']], filled[x['as']] = r, set()
            for f, v in x.get('set', {}).items():
                self.check_set(made, r, f, v)
                filled[x['as']].add(f)
            for k in words(x, 'match', x['as']):
                for f in re.split(r'\s*\+\s*', k):
                    if f not in r.types:
                        err(k.at, f'{x["as"]}: match: no field "{f}"')
                    elif 'class' in r.fields[f] and len(re.split(r'\+', k)) == 1 and 'lookup' not in r.fields[f]:
                        err(k.at, f'{x["as"]}: match: "{f}" has no blind index')
        heads = {}
        for c in m['columns']:
            if not keys(c, {'column', 'to', 'required', 'also', 'help'}, 'column', ('column', 'to')):
                continue
            for h in [c['column']] + list(words(c, 'also', c['column'])):
                if h.lower() in heads:
                    err(h.at, f'column "{h}" twice')
                heads[h.lower()] = 1
            who, _, f = c['to'].partition('.')
            if who not in made or f not in made[who].types:
                err(c['to'].at, f'column "{c["column"]}": nothing is called "{c["to"]}"')
                continue
            if 'calc' in made[who].fields[f]:
                err(c['to'].at, f'column "{c["column"]}": "{f}" is computed')
            if f in filled[who]:
                err(c['to'].at, f'column "{c["column"]}": "{f}" is set twice')
            filled[who].add(f)
        for who, r in made.items():
            for f, d in r.fields.items():
                if d.get('required') == 'yes' and 'when' not in d and 'default' not in d and f not in filled[who]:
                    err(m.at, f'{who}: nothing fills the required "{f}"')
            for x in m['rows']:
                for k in x.get('match', []) if x.get('as') == who else []:
                    for f in re.split(r'\s*\+\s*', k):
                        if f in r.types and f not in filled[who]:
                            err(k.at, f'{who}: match: nothing fills "{f}"')
            if not any('import' in y['verbs'] for y in r.m['rights']):
                err(m.at, f'{who}: no role may import "{r.name}"')

    def check_set(self, made, r, f, v):
        if f not in r.types:
            err(f.at, f'set: "{r.name}" has no field "{f}"')
            return
        t = r.types[f]
        if re.match(r"'[^']*'$", v):
            rows = self.vocabulary(r, '', t, v.at, 'set')
            if rows is not None and v[1:-1] not in rows:
                err(v.at, f'set: {v} is no value of "{f}"')
        elif v not in made:
            err(v.at, f'set: "{v}" is neither an earlier row nor a constant')
        elif t.kind not in ('ref', 'refs') or made[v] not in self.targets(t.target):
            err(v.at, f'set: "{f}" cannot point to "{made[v].name}"')

    def check_table(self, p):
        m = load(p)
        if m is None or not keys(m, {'table', 'label', 'register', 'rows', 'columns', 'free', 'sum', 'note', 'share', 'share_label'}, 'table',
                                 ('table', 'label', 'register', 'rows')):
            return
        if m['table'] != os.path.basename(p)[:-5]:
            err(m['table'].at, 'name and file differ')
        label(m, m['table'])
        label(m, m['table'], 'note', need=False)
        label(m, m['table'], 'share_label', need='share' in m)
        r = self.regs.get(m['register'])
        if not r or 'stats' not in r.m:
            err(m['register'].at, f'register "{m["register"]}" has no stats')
            return
        if 'sum' in m:
            t = r.types.get(m['sum'])
            if not t or t.kind != 'number' or not t.word or t.word in ('year', 'month') or 'class' in r.fields[m['sum']]:
                err(m['sum'].at, f'sum: "{m["sum"]}" is no clear number with a unit')
        for k in ('rows', 'columns'):
            if k in m and m[k] not in r.m['stats']['dims']:
                err(m[k].at, f'"{m[k]}" is no dimension of "{r.name}"')
        if m.get('free', 'yes') != 'yes':
            err(m['free'].at, 'free is yes or absent')

    def check_filter(self, r, filter_):
        for f, v in filter_.items():
            found, t = self.resolve(r, f, f.at, 'filter')
            if not found or 'class' in r.fields.get(f, {}):
                err(f.at, f'filter: no clear field "{f}"')
                continue
            phrase = re.fullmatch(r'empty|(within|last|older than) (\d{1,4}) d', v) if isinstance(v, V) else None
            if phrase:
                if f not in r.fields or (phrase[1] and t.kind not in ('date', 'instant')):
                    err(v.at, f'filter: "{v}" does not fit "{f}"')
                continue
            words_ = self.vocabulary(r, '', t, f.at, 'filter')
            for x in v if isinstance(v, L) else [v]:
                if x in ('me', 'my_institution', 'today', 'late'):
                    aim = {'me': 'pengguna', 'my_institution': 'institusi'}.get(x)
                    if aim and not (t.kind in ('ref', 'refs') and t.target == aim):
                        err(x.at, f'filter: {x} needs a reference to {aim}')
                    if not aim and t.kind not in ('date', 'instant'):
                        err(x.at, f'filter: {x} needs a date')
                elif t.kind in ('date', 'instant') or words_ is not None and x not in words_:
                    err(x.at, f'filter: "{x}" is no value of "{f}"')
    def check_without(self, r, m, key):
        w, verbs = m[key], {'count'} if key == 'named_by' else {'list', 'read'}
        if not keys(w, {'register', 'by', 'filter', 'over' if key == 'named_by' else 'on'}, key, ('register', 'over')[:1 + (key == 'named_by')]):
            return
        if not w.get('over', '1').isdigit():
            err(w['over'].at, f'{key}: "{w["over"]}" is no number')
        other = self.regs.get(w['register'])
        if not other:
            err(w['register'].at, f'no register "{w["register"]}"')
            return
        for what, reg in (('by', other), ('on', r)):
            if what in w and (w[what] not in reg.fields or 'class' in reg.fields[w[what]]):
                err(w[what].at, f'without: no clear field "{w[what]}"')
        self.check_filter(other, w.get('filter', M()))
        may = {y['role'] for y in other.m['rights'] if verbs & set(y['verbs'])}
        for x in words(m, 'roles', 'queue') or {y['role'] for y in r.m['rights'] if {'list', 'read'} & set(y['verbs'])}:
            if x not in may:
                err(w.at, f'{key}: role "{x}" may not list or count "{other.name}"')

    def check_queue(self, p):
        m = load(p)
        if m is None or not keys(m, {'queue', 'label', 'register', 'filter', 'without', 'named_by', 'columns', 'sort', 'roles', 'empty', 'help'}, 'queue',
                                 ('queue', 'label', 'register', 'filter', 'columns', 'sort', 'empty')):
            return
        if m['queue'] != os.path.basename(p)[:-5]:
            err(m['queue'].at, 'name and file differ')
        label(m, m['queue'])
        label(m, m['queue'], 'empty')
        label(m, m['queue'], 'help', need=False)
        r = self.regs.get(m['register'])
        if not r:
            err(m['register'].at, f'no register "{m["register"]}"')
            return
        self.check_filter(r, m['filter'])
        for key in {'without', 'named_by'} & set(m):
            self.check_without(r, m, key)
        for c in words(m, 'columns', 'queue') + [m['sort'].lstrip('-')]:
            found, _ = self.resolve(r, c, m.at, 'queue')
            if not found or 'class' in r.fields.get(c, {}):
                err(m.at, f'queue: no clear field "{c}"')
        if m['sort'].lstrip('-') in r.fields and 'sort' not in r.fields[m['sort'].lstrip('-')]:
            err(m['sort'].at, f'queue: "{m["sort"]}" cannot be sorted by')
        for x in words(m, 'roles', 'queue'):
            if x not in self.roles:
                err(x.at, f'no role "{x}"')
            elif not any(y['role'] == x and {'list', 'read'} & set(y['verbs']) for y in r.m['rights']):
                err(x.at, f'role "{x}" may not list "{r.name}"')

    # ---- seeds and practice cases
    def check_seed(self, folder):
        rows, names = [], {}
        for p in sorted(glob.glob(os.path.join(folder, '*.csv'))):
            reg = self.regs.get(os.path.basename(p)[:-4])
            if not reg:
                err((p, 1, 1), 'no such register')
                continue
            rd = csv.reader(open(p, encoding='utf-8', newline=''))
            head = next(rd)
            extra = {'kunci', 'induk', 'pemilik', 'status', 'uid', 'nomor', 'versi', 'batal', 'dibuat', 'diubah', 'induk_reg'}
            for h in head:
                base = h[:-4] if h.endswith('_reg') else h
                if h in extra:
                    continue
                if base not in reg.types or (h != base and not (reg.types[base].target or '').startswith('@')):
                    err((p, 1, 1), f'no column "{h}" in {reg.name}')
                elif 'calc' in reg.fields[base]:
                    err((p, 1, 1), f'column "{h}" is computed')
            for n, r in enumerate(rd, 2):
                if len(r) != len(head):
                    err((p, n, 1), f'{len(r)} values, header has {len(head)}')
                    continue
                row = dict(zip(head, r))
                rows.append((p, n, reg, row))
                k = row.get('kunci')
                if k:
                    if k in names:
                        err((p, n, 1), f'key "{k}" twice')
                    names[k] = reg
        for p, n, reg, row in rows:
            self.check_seed_row(p, n, reg, row, names)

    def check_seed_row(self, p, n, reg, row, names):
        at = (p, n, 1)
        if row.get('status') and row['status'] not in reg.states:
            err(at, f'no state "{row["status"]}"')
        if reg.parent and reg.m.get('parent_optional') != 'yes' and not row.get('induk'):
            err(at, 'parent is missing')
        if row.get('induk', '').startswith('='):
            k = row['induk'][1:]
            if k not in names or names[k] not in self.targets(reg.parent):
                err(at, f'parent "{k}": no such key, or the wrong register')
        for f, t in reg.types.items():
            v = row.get(f, '')
            must = reg.fields[f].get('required') == 'yes' and 'when' not in reg.fields[f]
            if must and not v and 'default' not in reg.fields[f]:
                err(at, f'required "{f}" is empty')
            if not v:
                continue
            for x in v.split(' ') if t.kind in ('codes', 'refs', 'places') else [v]:
                words_ = self.vocabulary(reg, '', t, at, f)
                if words_ is not None and x not in words_:
                    err(at, f'{f}: "{x}" is no code here')
                if t.kind in ('ref', 'refs') and x.startswith('=') and (x[1:] not in names or names[x[1:]] not in self.targets(t.target)):
                    err(at, f'{f}: "{x}": no such key, or the wrong register')
                if t.kind in ('place', 'places') and not re.match(r'\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?$', x):
                    err(at, f'{f}: "{x}" is no region code')
                if t.kind == 'number' and not re.match(r'-?\d+(\.\d+)?$', x):
                    err(at, f'{f}: "{x}" is no number')
                if t.kind == 'date' and not re.match(r'@[+-]?\d+$|\d{4}(-\d\d(-\d\d)?)?$', x):
                    err(at, f'{f}: "{x}" is no date')

    def run(self):
        self.read_roles()
        self.read_registers()
        for r in self.regs.values():
            self.check_register(r)
        self.check_model()
        self.check_homes()
        for what, fn in (('imports', self.check_import), ('tables', self.check_table), ('queues', self.check_queue)):
            for p in sorted(glob.glob(os.path.join(self.root, what, '*.yaml'))):
                fn(p)
        for folder in sorted(glob.glob(os.path.join(self.root, 'practice', '*', ''))) + [os.path.join(self.root, 'seed')]:
            self.check_seed(folder)


def main(argv):
    more, root = [], 'domain'
    while argv:
        a = argv.pop(0)
        if a == '--codes' and argv:
            more.append(argv.pop(0))
        elif a.startswith('-'):
            sys.exit(__doc__)
        else:
            root = a
    d = Domain(root, more)
    d.run()
    seen = set()
    for (path, line, col), text in sorted(errors):
        out = f'{path}:{line}:{col}: {text}'
        if out not in seen:
            print(out)
        seen.add(out)
    print(f'{len(d.regs)} registers, {sum(len(r.fields) for r in d.regs.values())} fields, {len(seen)} errors', file=sys.stderr)
    return 1 if seen else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
