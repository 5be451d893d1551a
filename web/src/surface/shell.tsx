// What stands around every page of both surfaces: a way past the header, the organisation's name,
// the page, and a footer with who runs the service, how it treats data and whom to ask.
import type { ComponentChildren } from "preact";
import type { Operator } from "../api/settings.ts";
import "./behaviours.ts";
import mark from "./mark.svg";
import "./translated_text.ts";

export interface ShellWords {
  skipToContent: string;
  /** Of the link to the privacy notice. */
  privacy: string;
  runBy: (operator: Operator) => string;
  product: string;
}

export interface ShellProps {
  words: ShellWords;
  /** The organisation whose page this is; the product never takes its place. */
  name: string;
  operator: Operator | undefined;
  /** Beside the name: who is signed in, and the way out. */
  aside?: ComponentChildren;
  /** Above the footer's own lines. */
  more?: ComponentChildren;
  /** `picture`: dark and from edge to edge, without a header, for what must be seen large. */
  surroundings?: "form" | "picture";
  children: ComponentChildren;
}

export function Shell(props: ShellProps) {
  const { words, name, operator, aside, more, surroundings = "form", children } = props;
  const main = (
    <main
      class={surroundings === "form" ? "nhsuk-main-wrapper" : "picture-surroundings"}
      id="content"
      tabIndex={-1}
    >
      {children}
    </main>
  );
  return (
    <>
      <a class="nhsuk-skip-link" href="#content" onClick={skipToContent}>
        {words.skipToContent}
      </a>
      {surroundings === "form" ? (
        <>
          <header class="header">
            <div class="nhsuk-width-container header__inside">
              <p class="header__name">{name}</p>
              {aside}
            </div>
          </header>
          <div class="nhsuk-width-container">{main}</div>
        </>
      ) : (
        main
      )}
      <footer class="footer">
        <div class="nhsuk-width-container">
          {more}
          <p>
            <a href="/privacy" target="_blank" rel="noopener">
              {words.privacy}
            </a>
          </p>
          {operator && <p>{words.runBy(operator)}</p>}
          <p class="footer__product">
            <img src={mark} alt="" width="24" height="24" />
            {words.product}
          </p>
        </div>
      </footer>
    </>
  );
}

/** Moves focus itself: a `#content` in the address would look like a link's code. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}
