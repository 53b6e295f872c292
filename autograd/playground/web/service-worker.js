// Keeps every file of a build, so that the page works without a network once it has been loaded.
const PROGRESS = new BroadcastChannel("scalargrad-loading");

async function manifest() {
  return (await fetch("files.json", { cache: "no-cache" })).json();
}

async function keep() {
  const { build, files } = await manifest();
  const cache = await caches.open(build);
  const total = Object.values(files).reduce((sum, size) => sum + size, 0);
  let done = 0;
  await Promise.all(
    Object.entries(files).map(async ([name, size]) => {
      const response = await fetch(name, { cache: "no-cache" });
      if (!response.ok) throw new Error(`${name}: ${response.status}`);
      await cache.put(name, response);
      done += size;
      PROGRESS.postMessage(done / total);
    }),
  );
  await cache.put("files.json", new Response(JSON.stringify({ build, files })));
  for (const key of await caches.keys()) if (key !== build) await caches.delete(key);
}

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  url.hash = url.search = "";
  if (url.href === self.registration.scope) url.pathname += "index.html";
  event.respondWith(caches.match(url.href).then((kept) => kept ?? fetch(event.request)));
});
