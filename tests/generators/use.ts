// Uses the code of openapi-typescript with openapi-fetch. Prints what it got.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

const [address, key, since, trackId] = process.argv.slice(2) as [string, string, string, string];
const { GET, POST } = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${key}` } });

type Query = NonNullable<paths["/v1/tiktok-music"]["get"]["parameters"]["query"]>;

async function titles(query?: Query): Promise<string[]> {
  const { data } = await GET("/v1/tiktok-music", query ? { params: { query } } : {});
  if (!data) throw new Error("no list");
  const kind = "nextCursor" in data ? `page ${data.nextCursor === null ? "last" : "more"}` : "list";
  return [kind, ...data.tracks.map((track) => track.title)];
}

async function resolved(tiktokMusic: components["schemas"]["MusicChoice"]) {
  const body: components["schemas"]["ResolveRequest"] = { targets: [{ mode: "managed", tiktokMusic }] };
  return POST("/v1/tiktok-music/resolve", { body });
}

// @ts-expect-error A flag is a boolean.
export const refused: Query = { commerceOnly: "true" };
// @ts-expect-error A chosen track needs its id.
export const incomplete: components["schemas"]["MusicChoice"] = { mode: "manual" };

const managed = (await resolved({ mode: "manual", trackId })).data?.targets[0];
const unknown = (await resolved({ mode: "manual", trackId: "00000000" + trackId.slice(8) })).error;
const code: components["schemas"]["ErrorCode"] | undefined = unknown?.error.code;
const changes = (await GET("/v1/tiktok-music/changes", { params: { query: { since } } })).data;
const batch = (await GET("/v1/tiktok-music/batch", { params: { query: { ids: [trackId, trackId] } } })).data;
const track = (await GET("/v1/tiktok-music/{trackId}", { params: { path: { trackId } } })).data;
const token = (await POST("/v1/tiktok-music/tokens", { body: {} })).data;

console.log(
  JSON.stringify({
    list: await titles(),
    page: await titles({ limit: 1, sort: "title" }),
    cleared: await titles({ commerceOnly: true, language: ["en", "es"] }),
    batch: batch?.tracks.map((each) => each.title),
    track: track?.status,
    changes: changes?.added.map((added) => added.title),
    payload: managed && "payload" in managed && "tiktokMusicLink" in managed.payload,
    error: [code, unknown?.error.details?.issues?.[0]?.index],
    token: token?.token.slice(0, 9),
    health: (await GET("/v1/health")).data?.status,
  }),
);
