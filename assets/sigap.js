/* SIGAP: takes waiting away. */
(function () {
  "use strict";
  var d = document, kata = d.body.dataset;

  function saat(apa, hal, fn) { apa.addEventListener(hal, fn); }
  function tiap(pilih, fn, di) { (di || d).querySelectorAll(pilih).forEach(fn); }

  /* Fields that apply only when another holds a code. */
  function nilai(form, nama) {
    var ada = [];
    tiap('[name="' + nama + '"]', e => {
      if ((e.type !== "radio" && e.type !== "checkbox") || e.checked) ada.push(e.value);
    }, form);
    return ada;
  }
  function syarat(form) {
    tiap("[data-bila]", e => { var ada = nilai(form, e.dataset.bila), kode = e.dataset.kode.split(" "); e.hidden = kode.some(k => ada.indexOf(k) >= 0) === (kode[0] === "!"); }, form);
  }
  tiap("form", form => {
    if (!form.querySelector("[data-bila]")) return;
    syarat(form);
    saat(form, "change", () => { syarat(form); });
  });

  /* A second press does nothing. */
  saat(d, "submit", ev => {
    var form = ev.target;
    if (form.method !== "post") return;
    if (form.dataset.kirim) { ev.preventDefault(); return; }
    form.dataset.kirim = "1";
    kotor = null;
    var b = ev.submitter;
    if (b) { b.dataset.semula = b.textContent; b.textContent = kata.mengirim; b.setAttribute("aria-disabled", "true"); }
  });
  saat(window, "pageshow", () => { /* back from the history */
    tiap("form[data-kirim]", f => { delete f.dataset.kirim; });
    tiap("[data-semula]", b => { b.textContent = b.dataset.semula; b.removeAttribute("aria-disabled"); delete b.dataset.semula; });
  });

  /* Drafts: kept when a field or the page is left. */
  var kotor = null, terakhir = 0;
  function simpan(paksa) {
    if (!kotor || (!paksa && Date.now() - terakhir < 15000)) return;
    var form = kotor, isi = new URLSearchParams(new FormData(form));
    isi.set("draf", "simpan");
    terakhir = Date.now();
    fetch(form.getAttribute("action"), { method: "POST", body: isi, keepalive: true, redirect: "manual" }).then(r => {
      if (r.type !== "opaqueredirect") return;
      var s = form.querySelector(".status-draf");
      if (!s) { s = d.createElement("p"); s.className = "status-draf"; s.setAttribute("role", "status"); form.append(s); }
      s.textContent = kata.draf + " " + new Date().toTimeString().slice(0, 5).replace(":", ".");
    }, () => {});
  }
  tiap("form.isi", form => {
    saat(form, "input", () => { kotor = form; });
    saat(form, "focusout", () => { simpan(false); });
  });
  saat(d, "visibilitychange", () => { if (d.hidden) simpan(true); });
  saat(window, "pagehide", () => { simpan(true); });

  /* Suggestions for places and records. */
  function pemilih(kotak) {
    var daftar = d.createElement("ul"), dipilih = -1, tunda, urut = 0;
    daftar.className = "usul"; daftar.id = kotak.id + "-usul"; daftar.hidden = true;
    daftar.setAttribute("role", "listbox");
    kotak.after(daftar);
    kotak.setAttribute("role", "combobox");
    kotak.setAttribute("aria-autocomplete", "list");
    kotak.setAttribute("aria-controls", daftar.id);
    kotak.setAttribute("aria-expanded", "false");
    function buka(ya) { daftar.hidden = !ya; kotak.setAttribute("aria-expanded", String(ya)); if (!ya) { dipilih = -1; kotak.removeAttribute("aria-activedescendant"); } }
    function ambil(li) {
      var wadah = kotak.parentNode.querySelector(".terpilih"), l = d.createElement("label"), i = d.createElement("input"), t = d.createElement("span");
      if (!kotak.dataset.banyak) wadah.textContent = "";
      l.className = "pilihan"; i.type = kotak.dataset.banyak ? "checkbox" : "radio"; i.name = kotak.dataset.nama;
      i.value = li.dataset.nilai; i.checked = true; t.textContent = li.textContent;
      l.append(i, t); wadah.append(l);
      kotak.value = ""; buka(false);
      i.dispatchEvent(new Event("input", { bubbles: true }));
      i.dispatchEvent(new Event("change", { bubbles: true }));
    }
    function tandai(n) {
      var li = daftar.children;
      if (!li.length) return;
      dipilih = (n + li.length) % li.length;
      Array.from(li, (e, k) => { e.setAttribute("aria-selected", String(k === dipilih)); });
      kotak.setAttribute("aria-activedescendant", li[dipilih].id);
    }
    function cari() {
      var q = kotak.value.trim(), ini = ++urut;
      if (q.length < 2) { buka(false); return; }
      fetch(kotak.dataset.pilih + "?q=" + encodeURIComponent(q) + "&jenjang=" + (kotak.dataset.jenjang || "")).then(r => r.ok ? r.json() : []).then(hasil => {
        if (ini !== urut) return;
        daftar.textContent = "";
        hasil.forEach((h, k) => {
          var li = d.createElement("li");
          li.id = daftar.id + k; li.setAttribute("role", "option"); li.dataset.nilai = h.nilai; li.textContent = h.label;
          saat(li, "mousedown", ev => { ev.preventDefault(); ambil(li); });
          daftar.append(li);
        });
        buka(hasil.length > 0);
      }, () => {});
    }
    saat(kotak, "input", () => { clearTimeout(tunda); tunda = setTimeout(cari, 200); });
    saat(kotak, "blur", () => { buka(false); });
    saat(kotak, "keydown", ev => {
      if (daftar.hidden) return;
      if (ev.key === "ArrowDown") { ev.preventDefault(); tandai(dipilih + 1); }
      else if (ev.key === "ArrowUp") { ev.preventDefault(); tandai(dipilih - 1); }
      else if (ev.key === "Enter" && dipilih >= 0) { ev.preventDefault(); ambil(daftar.children[dipilih]); }
      else if (ev.key === "Escape") buka(false);
    });
  }
  tiap("[data-pilih]", pemilih);

  /* Keys, menus, print, errors. */
  saat(d, "keydown", ev => {
    if (ev.key === "Escape") tiap(".menu[open]", m => { m.open = false; m.querySelector("summary").focus(); });
    if (ev.key !== "/" || ev.ctrlKey || ev.metaKey || ev.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(ev.target.tagName)) return;
    var c = d.querySelector("[data-cari]");
    if (c) { ev.preventDefault(); c.focus(); }
  });
  saat(d, "click", ev => {
    tiap(".menu[open]", m => { if (!m.contains(ev.target)) m.open = false; });
    var p = ev.target.closest && ev.target.closest("[data-cetak]");
    if (p) { ev.preventDefault(); print(); }
  });
  var galat = d.getElementById("galat");
  if (galat) galat.focus();
})();
