// The demo page: shows what the picker tells, and turns its knobs.

const picker = document.querySelector('tiktok-music-picker');
const detail = document.querySelector('#detail');

picker.addEventListener('track-selected', (event) => {
  detail.textContent = JSON.stringify({ tiktokMusic: event.detail.tiktokMusic }, null, 2);
});

document.querySelector('#theme').addEventListener('change', (event) => {
  document.documentElement.dataset.theme = event.target.value;
  picker.toggleAttribute('theme', Boolean(event.target.value));
  if (event.target.value) picker.setAttribute('theme', event.target.value);
});

document.querySelector('#direction').addEventListener('change', (event) => {
  picker.dir = event.target.value;
});

document.querySelector('#locale').addEventListener('change', (event) => {
  picker.lang = event.target.value;
});
