// What every answer must have, whoever made it and whatever it says (R54, R120, R121, R147, R148).
// The tests hold every answer that a browser gets to this, and one test every kind there is.

/** An answer as a browser or a script got it. */
export interface Answered {
  method: string;
  url: string;
  status: number;
  headers: Readonly<Record<string, string>>;
}

/** Parts of a policy that would let a page do what it must not. */
const LAX = /'unsafe-|\bdata:|\*|https?:(?!\/\/)/;
const YEAR = 31_536_000;

/**
 * What is wrong with the headers of an answer of our front or our storage; empty where nothing is.
 * `others`: origins of ours that have another host than the front.
 */
export function wrongWith(answer: Answered, front: string, others: readonly string[] = []): string[] {
  const { origin } = new URL(answer.url);
  const wrong = origin === front ? wrongAtFront(answer, front, others) : wrongAtStorage(answer);
  const { method, status, url } = answer;
  return wrong.map((what) => `${method} ${status} ${routeOf(url)}: ${what}`);
}

/** An address without what makes it one patient's. */
export function routeOf(url: string): string {
  const { pathname, searchParams } = new URL(url);
  const path = decodeURIComponent(pathname).replace(/\/[A-Za-z0-9_-]{16,}(?=\/|$)/g, "/{id}");
  const part = searchParams.get("comp");
  return part === null ? path : `${path} ${part}`;
}

function wrongAtFront(
  { headers, url, status }: Answered,
  front: string,
  others: readonly string[],
): string[] {
  const { pathname } = new URL(url);
  const wrong: string[] = [];
  const must = (is: boolean, what: string) => {
    if (!is) wrong.push(what);
  };
  const policy = headers["content-security-policy"] ?? "";
  must(policy.startsWith("default-src 'none'"), `its policy is "${policy}"`);
  must(policy.includes("frame-ancestors 'none'"), "it may be framed");
  must(!LAX.test(policy), `its policy is lax: "${policy}"`);
  // R120: nobody else's script, style, picture or ear; neighbours are storage and the issuer.
  for (const [source] of policy.matchAll(/https?:\/\/[^\s;]+/g)) {
    const { hostname, origin } = new URL(source);
    must(hostname === new URL(front).hostname || others.includes(origin), `it lets in ${source}`);
  }
  must(headers["x-content-type-options"] === "nosniff", "it may be sniffed");
  must(headers["referrer-policy"] === "no-referrer", "it tells where somebody came from");
  must(headers["cross-origin-resource-policy"] === "same-origin", "others may load it");
  must(headers["access-control-allow-origin"] === undefined, "others may read it");
  must(headers["server"] === undefined && headers["x-powered-by"] === undefined, "it says what it runs on");

  const kept = headers["cache-control"] ?? "";
  const isHashed = pathname.startsWith("/assets/") && status < 400;
  const mayBeKept = isHashed ? /immutable/ : isAsset(pathname) ? /no-cache|no-store/ : /no-store/;
  must(mayBeKept.test(kept), `it is kept: "${kept}"`);
  if ((headers["content-type"] ?? "").startsWith("text/html")) {
    must(headers["cross-origin-opener-policy"] === "same-origin", "its opener may reach it");
    const permissions = headers["permissions-policy"] ?? "";
    must(permissions.includes("microphone=()"), "it may ask for more than it needs");
    must(permissions.includes("camera=(self)") === (pathname === "/r"), "the camera is the patient's");
  }
  // R121: the two cookies of a patient's visit and no other, and no script reads them.
  for (const cookie of (headers["set-cookie"] ?? "").split("\n").filter(Boolean)) {
    must(/^(?:__Host-)?(?:capture|opener)=/.test(cookie), `a cookie that nobody needs: ${cookie.split("=")[0]}`);
    must(/; *HttpOnly/i.test(cookie) && /; *SameSite=Strict/i.test(cookie), "a cookie is open");
    must(pathname.startsWith("/api/"), "a page sets a cookie");
  }
  must(isRightTransport(headers, front), "http is not refused from then on, or refused on http");
  return wrong;
}

/** R147: with https a browser is told to stay there; told so on plain http it would be lost. */
function isRightTransport(headers: Readonly<Record<string, string>>, front: string): boolean {
  const told = headers["strict-transport-security"];
  if (!front.startsWith("https:")) return told === undefined;
  return Number(/max-age=(\d+)/.exec(told ?? "")?.[1] ?? 0) >= YEAR;
}

function isAsset(pathname: string): boolean {
  return /\.(?:js|css|svg|json|txt|ico)$/.test(pathname) && pathname !== "/settings.json";
}

/** Storage is Azure's own elsewhere: what is held to here is what our pages rely on. */
function wrongAtStorage({ headers }: Answered): string[] {
  const wrong: string[] = [];
  if (headers["cache-control"] !== "no-store") wrong.push(`it is kept: "${headers["cache-control"]}"`);
  if (headers["x-content-type-options"] !== "nosniff") wrong.push("it may be sniffed");
  if ((headers["set-cookie"] ?? "") !== "") wrong.push("it sets a cookie");
  if (headers["access-control-allow-origin"] === "*") wrong.push("everybody may read it");
  return wrong;
}
