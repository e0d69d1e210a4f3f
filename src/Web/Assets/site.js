// What the pages do beyond links and forms. Everything works without it, a little slower.
(() => {
  // A form is sent once, however often its button is pressed.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.method === 'post') {
      form.dataset.sent = 'yes';
      event.submitter?.setAttribute('aria-busy', 'true');
    }
  });
  // Who comes back by the browser's button finds the form as it was.
  addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-sent]')) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
    }
  });
  // A part that the server keeps up to date until it says that nothing more will come.
  for (const part of document.querySelectorAll('[data-live]')) {
    const source = new EventSource(part.dataset.live);
    source.addEventListener('part', (event) => {
      part.innerHTML = event.data;
    });
    source.addEventListener('done', (event) => {
      source.close();
      if (event.data) location.assign(event.data);
    });
  }
  // How much of a whole its parts leave. The server says the same when the form is sent.
  for (const form of document.querySelectorAll('form[data-parts]')) {
    const shown = form.querySelector('[data-left]');
    const digits = (form.dataset.parts.split('.')[1] ?? '').length;
    form.addEventListener('input', () => {
      const parts = [...form.querySelectorAll('[data-part]')].map((part) => Number(part.value.replace(/[\s,]/g, '')) || 0);
      const left = Number((Number(form.dataset.parts) - parts.reduce((sum, part) => sum + part, 0)).toFixed(digits));
      shown.textContent = left.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace('-', '−');
      shown.closest('.hz-left').classList.toggle('is-whole', left === 0);
    });
  }
  document.addEventListener('click', (event) => {
    const copy = event.target.closest('[data-copy]');
    if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => copy.setAttribute('data-copied', ''));
    if (event.target.closest('[data-print]')) print();
  });
  // Where one is, in a row of ways that is wider than the window.
  const side = document.querySelector('.hz-side');
  const here = side?.querySelector('[aria-current]');
  if (here) side.scrollLeft = here.offsetLeft - (side.clientWidth - here.offsetWidth) / 2;
  for (const hidden of document.querySelectorAll('[data-needs-script]')) hidden.removeAttribute('hidden');
})();
