// Signing in at the organisation's own issuer: OpenID Connect authorization code with PKCE, by
// redirect and without an iframe. Tokens stay in memory; a reload asks the issuer again without a
// page (`prompt=none`) and comes back to where it was. What happens when stands in `sign_in_state`.

import * as oauth from "oauth4webapi";
import type { Clock } from "./clock.ts";
import { SIGNED_IN_PATH, SIGNED_OUT_PATH } from "./routes.ts";
import { after, isDue, type SignIn, type SignInEvent, type Tokens } from "./sign_in_state.ts";

/** What `/settings.json` says of the issuer. */
export interface IssuerSettings {
  issuer: string;
  clientId: string;
  scope: string;
}

/** What must survive the way to the issuer and back; of no use to anybody without this browser. */
interface Errand {
  state: string;
  nonce: string;
  verifier: string;
  back: string;
}

const ERRAND = "aftersight-sign-in";
/** This tab was locked: a reload does not open it. Says nothing of anybody. */
const LOCKED = "aftersight-locked";
/** An issuer that does not answer keeps nobody from signing out. */
const REVOKING = 3_000;

/** No call can be made: the sign-in ended, and its page says so. */
export class SignInEnded extends Error {}

export class SignInDesk {
  state: SignIn = { is: "starting" };
  private listeners = new Set<() => void>();
  private issuer: oauth.AuthorizationServer | undefined;
  private person: string | undefined;
  private renewing: Promise<void> | undefined;
  private again: Errand | undefined;
  private readonly settings: IssuerSettings;
  private readonly clock: Clock;
  private readonly client: oauth.Client;
  private readonly options: { [oauth.allowInsecureRequests]: boolean };

  constructor(settings: IssuerSettings, clock: Clock) {
    this.settings = settings;
    this.clock = clock;
    this.client = {
      client_id: settings.clientId,
      [oauth.clockSkew]: Math.round((clock() - Date.now()) / 1000),
    };
    this.options = { [oauth.allowInsecureRequests]: isThisMachine(settings.issuer) };
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(event: SignInEvent): void {
    this.state = after(this.state, event);
    for (const listener of this.listeners) listener();
  }

  /** A page was opened at `path`: asks the issuer quietly who is there. */
  async askQuietly(path: string): Promise<void> {
    await this.leave(path, "none");
  }

  /** Somebody pressed "Sign in"; where the page was locked, the issuer asks who they are. */
  async ask(path: string): Promise<void> {
    await this.leave(path, wasLocked() ? "login" : undefined);
  }

  /** A page was opened in a tab that was locked: nobody is asked quietly. True where it was. */
  stayLocked(): boolean {
    const locked = wasLocked();
    if (locked) this.tell({ told: "locked-before" });
    return locked;
  }

  /** Nobody is at the page: what was typed stays, what could be called with goes. */
  async lock(): Promise<void> {
    const { state } = this;
    if (state.is !== "signed-in" && state.is !== "ended") return;
    sessionStorage.setItem(LOCKED, "1");
    this.tell({ told: "no-hand" });
    if (state.is === "signed-in") await this.revoke(state.tokens);
  }

  /** Takes the refresh token back where the issuer can be told (RFC 7009); Entra ID cannot. */
  private async revoke({ refresh }: Tokens): Promise<void> {
    const issuer = await this.findIssuer();
    if (issuer?.revocation_endpoint === undefined || refresh === undefined) return;
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), REVOKING);
    try {
      const options = {
        ...this.options,
        signal: giveUp.signal,
        additionalParameters: { token_type_hint: "refresh_token" },
      };
      await oauth.revocationRequest(issuer, this.client, oauth.None(), refresh, options);
    } catch {
      // It ends by itself, and this page has forgotten it.
    } finally {
      clearTimeout(timer);
    }
  }

  showSignedOut(): void {
    this.tell({ told: "signed-out" });
  }

  /** An answer came that no window of ours asked for. */
  startedElsewhere(): void {
    this.tell({ told: "trouble", why: "not-ours" });
  }

  private async leave(back: string, prompt: "none" | "login" | undefined): Promise<void> {
    this.tell({ told: "leaving-for-issuer" });
    const errand = newErrand(back);
    const address = await this.authorizeAddress(errand, prompt);
    if (address === undefined) return;
    sessionStorage.setItem(ERRAND, JSON.stringify(errand));
    location.replace(address);
  }

  /**
   * The issuer sent the browser back: the path to go on at, or `undefined` where this window has
   * nothing to go on with (it then says so, or another window of ours takes the answer).
   */
  async comeBack(answer: URLSearchParams): Promise<string | undefined> {
    const errand = takeErrand();
    if (errand === undefined) return undefined;
    this.tell({ told: "leaving-for-issuer" });
    await this.redeem(answer, errand);
    return errand.back;
  }

  private async redeem(answer: URLSearchParams, errand: Errand): Promise<void> {
    const issuer = await this.findIssuer();
    if (issuer === undefined) return;
    try {
      const checked = oauth.validateAuthResponse(issuer, this.client, answer, errand.state);
      const reply = await oauth.authorizationCodeGrantRequest(
        issuer,
        this.client,
        oauth.None(),
        checked,
        redirectUri(),
        errand.verifier,
        this.options,
      );
      const granted = await oauth.processAuthorizationCodeResponse(issuer, this.client, reply, {
        expectedNonce: errand.nonce,
        requireIdToken: true,
      });
      const subject = oauth.getValidatedIdTokenClaims(granted)?.sub;
      if (this.person !== undefined && subject !== this.person) {
        this.tell({ told: "other-person" });
        return;
      }
      this.person = subject;
      sessionStorage.removeItem(LOCKED);
      this.tell({ told: "tokens", tokens: this.tokens(granted) });
    } catch (error) {
      if (error instanceof oauth.AuthorizationResponseError && meansNobody(error.error)) {
        this.tell({ told: "nobody-there" });
      } else {
        this.tell({ told: "trouble", why: whyNot(error) });
      }
    }
  }

  /** An access token that is good for a call now. */
  async bearer(): Promise<string> {
    if (this.state.is === "signed-in" && isDue(this.state.tokens, this.clock())) await this.renew();
    if (this.state.is !== "signed-in") throw new SignInEnded();
    const { access, endsAt } = this.state.tokens;
    if (endsAt <= this.clock()) throw new TypeError("the issuer cannot be reached");
    return access;
  }

  /** Gets a fresh access token; calls that need one at the same time share it. */
  renew(): Promise<void> {
    this.renewing ??= this.renewOnce().finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  private async renewOnce(): Promise<void> {
    if (this.state.is !== "signed-in") return;
    const { tokens } = this.state;
    if (tokens.refresh === undefined) {
      this.tell({ told: "renewal-refused" });
      return;
    }
    const issuer = await this.findIssuer();
    if (issuer === undefined) return;
    try {
      const reply = await oauth.refreshTokenGrantRequest(
        issuer,
        this.client,
        oauth.None(),
        tokens.refresh,
        this.options,
      );
      const granted = await oauth.processRefreshTokenResponse(issuer, this.client, reply);
      this.tell({ told: "tokens", tokens: this.tokens(granted, tokens) });
    } catch (error) {
      // A line or an issuer that is down refuses nothing: the next call tries again.
      if (error instanceof oauth.ResponseBodyError) this.tell({ told: "renewal-refused" });
    }
  }

  /** Signs in beside the open page, in a window of its own, so that nothing typed is lost. */
  async askInWindow(): Promise<void> {
    // Opened at once: a window that opens after waiting is blocked as an advertisement.
    const opened = window.open("about:blank", ERRAND, "popup,width=520,height=680");
    this.again = newErrand("");
    const address = await this.authorizeAddress(this.again, wasLocked() ? "login" : undefined);
    if (opened === null || address === undefined) {
      opened?.close();
      this.tell({ told: "window-gave-up" });
      return;
    }
    this.tell({ told: "window-opened" });
    opened.location.replace(address);
  }

  /** The other window came back with `answer`; true where it was for this one. */
  async takeFromWindow(answer: URLSearchParams): Promise<boolean> {
    const errand = this.again;
    if (errand === undefined || answer.get("state") !== errand.state) return false;
    this.again = undefined;
    await this.redeem(answer, errand);
    return true;
  }

  /** Forgets everything, and ends the issuer's own session where it can be ended. */
  async signOut(): Promise<void> {
    const tokens = this.state.is === "signed-in" ? this.state.tokens : undefined;
    const identity = tokens?.identity;
    const issuer = await this.findIssuer();
    this.person = undefined;
    this.tell({ told: "signed-out" });
    if (tokens !== undefined) await this.revoke(tokens);
    const ours = location.origin + SIGNED_OUT_PATH;
    if (issuer?.end_session_endpoint === undefined) {
      location.replace(ours);
      return;
    }
    const address = new URL(issuer.end_session_endpoint);
    address.searchParams.set("client_id", this.settings.clientId);
    address.searchParams.set("post_logout_redirect_uri", ours);
    if (identity !== undefined) address.searchParams.set("id_token_hint", identity);
    location.replace(address);
  }

  private async authorizeAddress(
    errand: Errand,
    prompt?: "none" | "login",
  ): Promise<URL | undefined> {
    const issuer = await this.findIssuer();
    if (issuer?.authorization_endpoint === undefined) return undefined;
    const address = new URL(issuer.authorization_endpoint);
    const asked = address.searchParams;
    asked.set("client_id", this.settings.clientId);
    asked.set("redirect_uri", redirectUri());
    asked.set("response_type", "code");
    asked.set("scope", this.settings.scope);
    asked.set("state", errand.state);
    asked.set("nonce", errand.nonce);
    asked.set("code_challenge", await oauth.calculatePKCECodeChallenge(errand.verifier));
    asked.set("code_challenge_method", "S256");
    if (prompt !== undefined) asked.set("prompt", prompt);
    return address;
  }

  private async findIssuer(): Promise<oauth.AuthorizationServer | undefined> {
    if (this.issuer !== undefined) return this.issuer;
    try {
      const identifier = new URL(this.settings.issuer);
      const reply = await oauth.discoveryRequest(identifier, this.options);
      this.issuer = await oauth.processDiscoveryResponse(identifier, reply);
    } catch {
      this.tell({ told: "trouble", why: "issuer-unreachable" });
    }
    return this.issuer;
  }

  private tokens(granted: oauth.TokenEndpointResponse, before?: Tokens): Tokens {
    return {
      access: granted.access_token,
      refresh: granted.refresh_token ?? before?.refresh,
      identity: granted.id_token ?? before?.identity,
      endsAt: this.clock() + (granted.expires_in ?? 300) * 1000,
    };
  }
}

function wasLocked(): boolean {
  return sessionStorage.getItem(LOCKED) !== null;
}

function redirectUri(): string {
  return location.origin + SIGNED_IN_PATH;
}

function newErrand(back: string): Errand {
  return {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
    back,
  };
}

/** Taken once: an answer that comes twice finds nothing. */
function takeErrand(): Errand | undefined {
  const kept = sessionStorage.getItem(ERRAND);
  sessionStorage.removeItem(ERRAND);
  if (kept === null) return undefined;
  const read: Partial<Errand> = JSON.parse(kept);
  const { state, nonce, verifier, back } = read;
  if (!state || !nonce || !verifier || !back?.startsWith("/staff")) return undefined;
  return { state, nonce, verifier, back };
}

/** The answers to `prompt=none` that mean "show the page". OpenID Connect Core 1.0 §3.1.2.6. */
function meansNobody(error: string): boolean {
  return [
    "login_required",
    "interaction_required",
    "account_selection_required",
    "consent_required",
  ].includes(error);
}

function whyNot(error: unknown): "issuer-unreachable" | "issuer-refused" {
  return error instanceof TypeError ? "issuer-unreachable" : "issuer-refused";
}

/** A demo issuer on this machine speaks http; any other must not. */
function isThisMachine(issuer: string): boolean {
  const { protocol, hostname } = new URL(issuer);
  return protocol === "http:" && ["127.0.0.1", "[::1]", "localhost"].includes(hostname);
}
