// A real issuer on this machine: npm's oidc-provider, set up as an organisation's would be: access
// tokens for our audience, RS256, rotating refresh tokens, its own sign-in and sign-out pages.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { interactionPolicy, Provider } from "oidc-provider";

export const AUDIENCE = "api://aftersight";
export const CLIENT = "aftersight-pages";
export const SCOPE = "openid offline_access staff";

export interface Issuer {
  url: string;
  /** The key it signs with now. */
  key: () => JWK;
  /** From now on it signs with another, and says nothing of the old one. */
  rotate: () => Promise<void>;
  /** Whose pages may sign in. */
  serve: (origin: string) => void;
  stop: () => Promise<void>;
}

export async function startIssuer(people: readonly string[]): Promise<Issuer> {
  let key = await newKey("first");
  let origin = "http://127.0.0.1:7071";
  let provider: Provider | undefined;
  const server = createServer((request, response) => {
    if (provider === undefined) response.writeHead(503).end();
    else void answer(provider, people, request, response);
  });
  const url = await listen(server);
  const renew = () => {
    provider = newProvider(url, key, origin);
  };
  return {
    url,
    key: () => key,
    rotate: async () => {
      key = await newKey("second");
      renew();
    },
    serve: (pages) => {
      origin = pages;
      renew();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function newKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: "RS256", use: "sig" };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function newProvider(url: string, key: JWK, origin: string): Provider {
  return new Provider(url, {
    jwks: { keys: [key] },
    cookies: { keys: ["a cookie of tests keeps no secret"] },
    clients: [
      {
        client_id: CLIENT,
        // "native" may come back to this machine in the clear.
        application_type: "native",
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        redirect_uris: [`${origin}/staff/signed-in`],
        post_logout_redirect_uris: [`${origin}/staff/signed-out`],
      },
    ],
    clientBasedCORS: (_context, from) => from === origin,
    scopes: ["openid", "offline_access", "staff"],
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    issueRefreshToken: (_context, client) => client.grantTypeAllowed("refresh_token"),
    ttl: {
      AccessToken: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 3600,
      Grant: 3600,
      RefreshToken: 3600,
    },
    interactions: { policy: policy(), url: (_context, { uid }) => `/interaction/${uid}` },
    // Who may sign in was decided by the organisation: nobody is asked again.
    loadExistingGrant: async ({ oidc }) => {
      const accountId = oidc.session?.accountId;
      const clientId = oidc.client?.clientId;
      if (accountId === undefined || clientId === undefined) return undefined;
      const grant = new oidc.provider.Grant({ accountId, clientId });
      grant.addOIDCScope(SCOPE);
      grant.addResourceScope(AUDIENCE, "staff");
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "staff",
          audience: AUDIENCE,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context, form) => {
          context.body = page(
            `<h1>Sign out everywhere?</h1>${form}
             <button form="op.logoutForm" name="logout" value="yes">Yes, sign me out</button>`,
          );
        },
      },
    },
  });
}

/** A client of this machine is asked again and again otherwise; a page of https is not. */
function policy(): interactionPolicy.DefaultPolicy {
  const usual = interactionPolicy.base();
  usual.get("consent")?.checks.remove("native_client_prompt");
  return usual;
}

/** The issuer's own pages; everything else is the provider's. */
async function answer(
  provider: Provider,
  people: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const uid = /^\/interaction\/([\w-]+)/.exec(request.url ?? "")?.[1];
  if (uid === undefined) {
    provider.callback()(request, response);
    return;
  }
  if (request.method === "POST") {
    const accountId = new URLSearchParams(await textOf(request)).get("who") ?? "";
    await provider.interactionFinished(request, response, { login: { accountId } });
    return;
  }
  const buttons = people.map((who) => `<button name="who" value="${who}">${who}</button>`);
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
  response.end(page(`<h1>Who are you?</h1><form method="post">${buttons.join("")}</form>`));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

function page(body: string): string {
  return `<!doctype html><html lang="en"><title>Issuer</title><body>${body}</body></html>`;
}
