#!/usr/bin/env bash
# Azurite 3.37.0 lists a blob of which only blocks were sent (include=uncommittedblobs) with an Etag, a Last-Modified and a
# length of 0, and without a Content-Type. Azure's own description of List Blobs says that such a blob comes without Etag,
# Last-Modified and Content-Type (learn.microsoft.com, "List Blobs", section on uncommitted blobs, read in November 2026).
# So a program that knows an uncommitted blob by its missing etag finds none on the emulator and sweeps nothing there; the
# missing Content-Type tells on both.
#
# Needs node and npm. Installs into a folder of its own, talks to 127.0.0.1 only, fails if the behaviour changes.
set -euo pipefail

folder="$(mktemp -d)"
trap 'kill "${azurite:-0}" 2>/dev/null || true; rm -rf "${folder}"' EXIT
cd "${folder}"
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent azurite@3.37.0 @azure/storage-blob@12.34.0

cat >serve.cjs <<'JS'
process.argv = [process.argv[0], "azurite", "--silent", "--inMemoryPersistence", "--blobHost", "127.0.0.1", "--blobPort", "0",
  "--skipApiVersionCheck"];
require("azurite/dist/src/blob/main");
JS
node serve.cjs >azurite.log 2>&1 &
azurite=$!
for _ in $(seq 1 100); do
  port="$(sed -n 's#.*http://127.0.0.1:\([0-9]*\).*#\1#p' azurite.log | head -n 1)"
  [ -n "${port}" ] && break
  sleep 0.2
done
[ -n "${port:-}" ] || { cat azurite.log; exit 1; }

cat >ask.cjs <<'JS'
const { BlobServiceClient } = require("@azure/storage-blob");
const account = "devstoreaccount1";
// The emulator's own key, known to everybody.
const key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const text = `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};` +
  `BlobEndpoint=http://127.0.0.1:${process.argv[2]}/${account};`;
(async () => {
  const container = BlobServiceClient.fromConnectionString(text).getContainerClient("photos");
  await container.create();
  await container.getBlockBlobClient("half").stageBlock(Buffer.from("0001").toString("base64"), "block", 5);
  await container.getBlockBlobClient("whole").upload("block", 5);
  for await (const { name, properties } of container.listBlobsFlat({ includeUncommitedBlobs: true })) {
    console.log(name, "etag:", Boolean(properties.etag), "type:", Boolean(properties.contentType), "length:", properties.contentLength);
  }
})();
JS
seen="$(node ask.cjs "${port}")"
echo "azurite 3.37.0:"
echo "${seen}"
[ "${seen}" = "half etag: true type: false length: 0
whole etag: true type: true length: 5" ] || { echo "the behaviour has changed"; exit 1; }
