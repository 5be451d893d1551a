// A custom handler in Node.js that loads the Azure SDKs that ours loads, makes the same clients as ours
// makes at its start, and answers the host's first question. It calls none of them, as ours does not.
import { createServer } from "node:http";
import { CosmosClient } from "@azure/cosmos";
import { ManagedIdentityCredential } from "@azure/identity";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";

const { COSMOS_ENDPOINT, COSMOS_DATABASE, BLOB_ENDPOINT, QUEUE_ENDPOINT } = process.env;
const credential = new ManagedIdentityCredential();
const cosmos = new CosmosClient({ endpoint: COSMOS_ENDPOINT, aadCredentials: credential });
const clients = {
  documents: cosmos.database(COSMOS_DATABASE).container("patients"),
  blobs: new BlobServiceClient(BLOB_ENDPOINT, credential).getContainerClient("records"),
  queues: new QueueServiceClient(QUEUE_ENDPOINT, credential).getQueueClient("uploads"),
};

const server = createServer((_, response) => {
  const body = JSON.stringify({ clients: Object.keys(clients).length });
  response.writeHead(200, { "Content-Type": "application/json" });
  response.end(body);
});
server.listen(Number(process.env.FUNCTIONS_CUSTOMHANDLER_PORT), "127.0.0.1");
