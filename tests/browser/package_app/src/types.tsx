import { TiktokMusicPicker, type TiktokMusic } from 'tiktok-music-picker/react';

const picker = new TiktokMusicPicker();
picker.value = { mode: 'auto' };
picker.value = { selection: 'none' };
const value: TiktokMusic | null = picker.value;
picker.value = { mode: 'manual', trackId: '3fe34faf-116a-59a6-ac9a-9a371d688faf', startMs: 1500 };
picker.compact = true;
picker.favorites = new Set([...picker.recent]);
picker.addEventListener('favorites-changed', ({ detail }) => detail.favorites.length);
picker.addEventListener('preview-ended', (event) => event.detail.reason.length);
picker.strings = { tracks: { one: '{n} Song', other: '{n} Songs' } };
// @ts-expect-error an unknown text
picker.strings = { serach: 'Suche' };
// @ts-expect-error an unknown mode
picker.value = { mode: 'some' };
// @ts-expect-error read only
picker.favorites.push('x');
// @ts-expect-error not a member of the detail
picker.addEventListener('list-loaded', (event) => event.detail.count);

export const element = (
  <tiktok-music-picker src="/api" value={value} required compact favorites={[]} onrecent-changed={(event) => event.detail.recent} ontrack-selected={(event) => event.detail.track?.title} />
);
// @ts-expect-error an unknown theme
export const wrong = <tiktok-music-picker theme="blue" />;
