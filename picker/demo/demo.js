// The demo page: shows the picker's events and sets its attributes.

const picker = document.querySelector('tiktok-music-picker');
const detail = document.querySelector('#detail');

picker.addEventListener('track-selected', (event) => {
  detail.textContent = JSON.stringify({ tiktokMusic: event.detail.tiktokMusic }, null, 2);
});

/** Connects a select to an attribute of the picker; the empty option removes the attribute. */
function connect(id, attribute, also = () => {}) {
  document.querySelector(id).addEventListener('change', ({ target: { value } }) => {
    if (value) picker.setAttribute(attribute, value);
    else picker.removeAttribute(attribute);
    also(value);
  });
}

connect('#theme', 'theme', (theme) => { document.documentElement.dataset.theme = theme; });
connect('#layout', 'compact');
connect('#locale', 'locale');
connect('#direction', 'dir');
