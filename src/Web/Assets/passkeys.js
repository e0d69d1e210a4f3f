// Passkeys need the browser's own hands: what it is asked and what it answers goes through the form it was asked in.
(() => {
  const say = (form, text) => {
    const place = form.querySelector('[data-says]');
    place.textContent = text;
    place.hidden = !text;
  };
  const show = async (form) => {
    const asked = await fetch(form.dataset.begin, { method: 'POST', body: new FormData(form) });
    if (asked.redirected) return location.assign(asked.url);
    const begun = await asked.json();
    if (!asked.ok) return say(form, begun.detail);
    const key = begun.options;
    const credential =
      form.dataset.passkey === 'add'
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(key) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(key) });
    form.elements.challenge.value = begun.id;
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.submit();
  };
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
    form.hidden = false;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      delete form.dataset.sent;
      say(form, '');
      show(form).catch(() => say(form, form.dataset.refused));
    });
  }
})();
