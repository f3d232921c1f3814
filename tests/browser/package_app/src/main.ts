import 'tiktok-music-picker';

const picker = document.querySelector('tiktok-music-picker')!;
const track = { id: '3fe34faf-116a-59a6-ac9a-9a371d688faf', title: 'Song 1' };

picker.fetch = async () => Response.json({ tracks: [track], total: 1, nextCursor: null });
picker.strings = { auto: 'Überrasch mich' };
picker.addEventListener('track-selected', ({ detail }) => {
  document.title = `${detail.track?.title} ${detail.tiktokMusic?.mode}`;
});
