// The demo page: shows what the picker tells, and turns its knobs.

const picker = document.querySelector('tiktok-music-picker');
const detail = document.querySelector('#detail');

picker.addEventListener('track-selected', (event) => {
  detail.textContent = JSON.stringify({ tiktokMusic: event.detail.tiktokMusic }, null, 2);
});

/** Lets a select set an attribute of the picker, whose empty option takes it away. */
function turns(id, attribute, also = () => {}) {
  document.querySelector(id).addEventListener('change', ({ target: { value } }) => {
    if (value) picker.setAttribute(attribute, value);
    else picker.removeAttribute(attribute);
    also(value);
  });
}

turns('#theme', 'theme', (theme) => { document.documentElement.dataset.theme = theme; });
turns('#locale', 'locale');
turns('#direction', 'dir');
