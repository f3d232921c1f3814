import { useState } from 'react';
import type { TiktokMusic } from 'tiktok-music-picker/react';
import { BrowserOnly } from './BrowserOnly';
import { MusicPicker } from './MusicPicker';

export function App() {
  const [music, setMusic] = useState<TiktokMusic | null>({ mode: 'auto' });
  return (
    <>
      <BrowserOnly><MusicPicker music={music} onMusic={setMusic} /></BrowserOnly>
      <output>{JSON.stringify(music)}</output>
      <button onClick={() => setMusic({ mode: 'none' })}>From the app</button>
    </>
  );
}
