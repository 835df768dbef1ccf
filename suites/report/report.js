(function () {
  var form = document.querySelector('form');
  form.hidden = false;
  form.addEventListener('submit', function (e) { e.preventDefault(); });
  function apply() {
    var text = form.text.value.toLowerCase(), shown = 0, all = 0;
    document.querySelectorAll('section').forEach(function (section) {
      var any = false;
      section.querySelectorAll('details.check').forEach(function (d) {
        var on = ['verdict', 'suite', 'level'].every(function (k) { return !form[k].value || d.dataset[k] === form[k].value; }) &&
          (!text || d.querySelector('summary').textContent.toLowerCase().indexOf(text) >= 0 || (d.querySelector('.body > pre') || d).textContent.toLowerCase().indexOf(text) >= 0);
        d.hidden = !on;
        any = any || on;
        shown += on ? 1 : 0;
        all++;
      });
      section.hidden = !any;
    });
    form.querySelector('output').textContent = shown === all ? '' : shown === 0 ? 'no check fits' : shown + ' of ' + all + ' checks';
  }
  form.addEventListener('input', apply);
  // What was folded into the page, by id: Base64 of gzip of JSON.
  var folded = null;
  function unfold() {
    if (!folded) {
      var text = atob(document.getElementById('folded').textContent.trim());
      var bytes = Uint8Array.from(text, function (c) { return c.charCodeAt(0); });
      folded = new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json();
    }
    return folded;
  }
  document.querySelectorAll('details.evidence').forEach(function (d) {
    var hint = d.querySelector(':scope > p.soft');
    if (!hint || typeof DecompressionStream === 'undefined') { return; }
    hint.textContent = 'Unfolding…';
    d.addEventListener('toggle', function () {
      if (!hint.isConnected) { return; }
      unfold().then(function (texts) {
        // The runner wrote and escaped it.
        hint.insertAdjacentHTML('afterend', texts[d.closest('details.check').id] || '');
        hint.remove();
      });
    });
  });
  // A link to a check opens it, also where the filter hides it.
  function open() {
    var d = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (d && d.tagName === 'DETAILS') {
      if (d.hidden) { form.reset(); apply(); }
      d.open = true;
      d.scrollIntoView();
    }
  }
  addEventListener('hashchange', open);
  open();
})();
