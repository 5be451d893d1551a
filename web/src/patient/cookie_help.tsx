// The browser keeps no cookie: how to allow them, and the other way. Browsers inside other apps and
// strict privacy modes do this, and say nothing of it to anybody.
import { isApple } from "./which_phone.ts";
import { words } from "./words.ts";

export function CookieHelp() {
  const { cookies } = words;
  return (
    <>
      <p>{cookies.youCan}</p>
      <ul class="nhsuk-list nhsuk-list--bullet">
        <li>{cookies.otherBrowser}</li>
        <li>{isApple() ? cookies.allowApple : cookies.allowOther}</li>
      </ul>
    </>
  );
}
