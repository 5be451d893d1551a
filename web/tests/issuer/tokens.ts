// Tokens that an issuer made and tokens that somebody made who would like to be one.
import { createPublicKey, type JsonWebKey } from "node:crypto";
import { generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from "jose";
import { AUDIENCE, CLIENT, type Issuer } from "./issuer.ts";

/** What an access token of this issuer says, RFC 9068 §2. */
export interface Said {
  header?: Record<string, unknown>;
  claims?: JWTPayload;
}

export async function accessToken(
  issuer: Issuer,
  { header = {}, claims = {} }: Said = {},
): Promise<string> {
  const key = issuer.key();
  const now = Math.floor(Date.now() / 1000);
  const said = { iss: issuer.url, aud: AUDIENCE, sub: "demo-asha", iat: now, exp: now + 600 };
  const whole = Object.entries({ ...said, client_id: CLIENT, scope: "staff", ...claims });
  return new SignJWT(Object.fromEntries(whole.filter(([, value]) => value !== undefined)))
    .setProtectedHeader({ alg: "RS256", kid: key.kid ?? "", typ: "at+jwt", ...header })
    .sign(await importJWK(key, "RS256"));
}

/** Every token that must open nothing, by what is wrong with it. */
export async function forged(issuer: Issuer): Promise<Record<string, string>> {
  const now = Math.floor(Date.now() / 1000);
  const claims = (changed: JWTPayload) => accessToken(issuer, { claims: changed });
  const good = await accessToken(issuer);
  const [head = "", body = "", signature = ""] = good.split(".");
  const unsigned = encoded({ alg: "none", typ: "at+jwt" });
  const stranger = await generateKeyPair("RS256");
  const strangers = (kid: string) =>
    new SignJWT(decoded(body))
      .setProtectedHeader({ alg: "RS256", kid, typ: "at+jwt" })
      .sign(stranger.privateKey);
  const kid = issuer.key().kid ?? "";
  const changed = encoded({ ...decoded(body), sub: "demo-dev" });
  return {
    "nothing": "",
    "no token": "hello",
    "two parts of three": `${head}.${body}`,
    "expired": await claims({ exp: now - 120, iat: now - 720 }),
    "without an end": await claims({ exp: undefined }),
    "not valid yet": await claims({ nbf: now + 600 }),
    "issued in the future": await claims({ iat: now + 600, exp: now + 1200 }),
    "another issuer": await claims({ iss: "https://issuer.example.org" }),
    "another tenant of the issuer": await claims({ iss: `${issuer.url}/another-tenant/v2.0` }),
    "no issuer": await claims({ iss: undefined }),
    "another audience": await claims({ aud: "api://another" }),
    "no audience": await claims({ aud: undefined }),
    "nobody": await claims({ sub: undefined }),
    "alg none": `${unsigned}.${body}.`,
    "alg none with a signature": `${unsigned}.${body}.${signature}`,
    "HS256 with the public key": await hmac(issuer.key(), body),
    "another's claims under a signature": `${head}.${changed}.${signature}`,
    "an unknown key": await strangers("never-seen"),
    "another key under a known name": await strangers(kid),
    "no key named": await accessToken(issuer, { header: { kid: undefined } }),
    "another scope as Entra ID writes it": await accessToken(issuer, {
      header: { typ: "JWT" },
      claims: { scope: undefined, scp: "User.Read profile" },
    }),
    "an access token with another scp": await claims({ scp: "other" }),
    "an ID token for our audience": await accessToken(issuer, {
      header: { typ: "JWT" },
      claims: { scope: undefined, nonce: "n", at_hash: "h" },
    }),
  };
}

/** What a careless library takes: the public key as the secret of an HMAC. */
async function hmac({ kty, n, e, kid }: JWK, body: string): Promise<string> {
  const key = createPublicKey({ key: { kty, n, e } as JsonWebKey, format: "jwk" });
  const pem = key.export({ type: "spki", format: "pem" });
  return new SignJWT(decoded(body))
    .setProtectedHeader({ alg: "HS256", kid: kid ?? "", typ: "at+jwt" })
    .sign(Buffer.from(pem));
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decoded(part: string): JWTPayload {
  return JSON.parse(Buffer.from(part, "base64url").toString()) as JWTPayload;
}
