"use strict";
(() => {
  const words = document.body.dataset;
  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", () => act(made));
    return made;
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  for (const block of document.querySelectorAll("pre.sql:not(.cut)")) {
    block.append(button(words.copy, async (made) => {
      await copy(block.querySelector("code").textContent);
      made.textContent = words.copied;
      setTimeout(() => { made.textContent = words.copy; }, 1500);
    }));
  }
  const folds = [...document.querySelectorAll("details")];
  let open = false;
  document.querySelector("nav.contents").append(button(words.open, (made) => {
    open = !open;
    for (const fold of folds) fold.open = open;
    made.textContent = open ? words.close : words.open;
  }));
  const before = new Map();
  addEventListener("beforeprint", () => {
    for (const fold of folds) {
      before.set(fold, fold.open);
      if (!fold.classList.contains("rest")) fold.open = true;
    }
  });
  addEventListener("afterprint", () => {
    for (const [fold, was] of before) fold.open = was;
  });
})();
