// A browser that translates a page takes each text out of it and puts an element of its own in the
// text's place. Preact would go on writing into the text that was taken out: a number would stand
// still for ever, and a text that went away would stay. So every text stands alone in an element
// that has the text itself as its key: a text that changes is a new element, which takes the place
// of the old one and of all that was put into it.
import { type ComponentChild, type ComponentChildren, Fragment, h, options } from "preact";

/** Elements that may hold text and nothing else. */
const TEXT_ONLY = new Set(["option", "textarea", "title", "style", "script", "text", "tspan", "desc"]);

const before = options.vnode;
options.vnode = (vnode) => {
  before?.(vnode);
  const { type, key, props } = vnode;
  const isElement = typeof type === "string" && !TEXT_ONLY.has(type);
  const { children } = props;
  // An element that has its text as its key is what this makes of the others.
  if ((isElement || type === Fragment) && children !== key) {
    const kept = keepTexts(children);
    if (kept !== children) props.children = kept;
  }
};

function isText(child: ComponentChildren): child is string | number {
  return typeof child === "string" || typeof child === "number";
}

/** `children` with an element around each text; neighbours, which are read as one, share theirs. */
export function keepTexts(children: ComponentChildren): ComponentChildren {
  if (isText(children)) return keepText(String(children));
  if (!Array.isArray(children) || !children.some(isText)) return children;
  const kept: ComponentChild[] = [];
  let text: string | undefined;
  const endText = () => {
    if (text !== undefined) kept.push(keepText(text));
    text = undefined;
  };
  for (const child of children as ComponentChild[]) {
    if (isText(child)) {
      text = (text ?? "") + String(child);
    } else {
      endText();
      kept.push(child);
    }
  }
  endText();
  return kept;
}

/** Nobody translates a space; and an element around it would take room where it takes none. */
function keepText(text: string): ComponentChild {
  return text.trim() === "" ? text : h("span", { key: text }, text);
}
