// Caches every file of a build, so that the page works offline once it has been loaded.

async function keep() {
  const { build, files } = await (await fetch("files.json", { cache: "no-cache" })).json();
  const cache = await caches.open(build);
  await Promise.all(
    Object.keys(files).map(async (name) => {
      const response = await fetch(name, { cache: "no-cache" });
      if (!response.ok) throw new Error(`${name}: ${response.status}`);
      await cache.put(name, response);
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
