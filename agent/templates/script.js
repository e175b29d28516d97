// Optional: every page can be read without it. It follows the log of a running job, and opens the
// fold that an address points into. Texts come escaped from the server.
"use strict";

const openFolds = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  for (let at = target && target.parentElement; at; at = at.parentElement) {
    if (at.tagName === "DETAILS") at.open = true;
  }
  if (target) target.scrollIntoView();
};
addEventListener("hashchange", openFolds);
openFolds();

const more = document.getElementById("more");
if (more && window.EventSource) follow(more);

function follow(more) {
  const log = document.getElementById("log");
  const folds = [log];
  for (let depth = Number(more.dataset.depth); depth > 0; depth--) {
    const all = folds.at(-1).querySelectorAll(":scope > details");
    if (all.length === 0) break;
    folds.push(all[all.length - 1]);
  }
  let half = log.querySelector(".unfinished");

  const line = (tag, number, html) => {
    const made = document.createElement(tag);
    if (number) {
      made.id = "L" + number;
      const link = document.createElement("a");
      link.href = "#L" + number;
      link.textContent = number;
      made.append(link, " ");
    }
    made.insertAdjacentHTML("beforeend", html);
    return made;
  };
  const add = (made) => (folds.length === 1 ? more.before(made) : folds.at(-1).append(made));
  const note = (kind, text) => {
    const made = document.createElement("p");
    made.className = kind;
    made.textContent = text;
    add(made);
  };
  const items = {
    line: (number, html) => add(line("p", number, html)),
    open: (number, html) => {
      const fold = document.createElement("details");
      fold.open = true;
      fold.append(line("summary", number, html));
      add(fold);
      folds.push(fold);
    },
    close: () => {
      if (folds.length > 1) folds.pop().open = false;
    },
    took: (text) => note("took", text),
    gap: (text) => note("gap", text),
    unfinished: (html) => {
      if (!html) return;
      half = line("p", 0, html);
      half.className = "unfinished";
      add(half);
    },
  };

  const events = new EventSource(more.dataset.events);
  more.classList.add("live");
  events.addEventListener("items", (event) => {
    const atEnd = innerHeight + scrollY >= document.body.scrollHeight - 80;
    if (half) half.remove();
    half = null;
    for (const [kind, ...rest] of JSON.parse(event.data)) items[kind](...rest);
    if (atEnd) scrollTo(0, document.body.scrollHeight);
  });
  events.addEventListener("end", () => {
    events.close();
    more.classList.remove("live");
    more.textContent = "The job has ended; reload the page for its result.";
  });
}
