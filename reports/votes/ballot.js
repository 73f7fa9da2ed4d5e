"use strict";
// Shows one question at a time and writes the answers as the file that `runexp vote --count` reads.
const find = (selector) => document.querySelector(selector);
const all = (selector) => Array.from(document.querySelectorAll(selector));
const pictures = all("#pictures img").map((image) => image.src);
const questions = all("#questions li").map((item) => item.dataset);
const number = find("#ballot").dataset.number;
const memory = "runexp ballot " + questions[0].question; // answers survive a closed page
let answers = {};
let at = 0;

function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(memory) || "{}");
    for (const q of questions) {
      if (["left", "right", "tie"].includes(kept[q.question])) answers[q.question] = kept[q.question];
    }
  } catch (error) { answers = {}; }
  at = questions.findIndex((q) => !answers[q.question]);
  if (at < 0) at = questions.length;
}

function remember() {
  try { localStorage.setItem(memory, JSON.stringify(answers)); } catch (error) { /* no storage: the page must stay open */ }
}

function cell(text) {
  return /[",;\n\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

function file() {
  const rows = [["number", "answer", "question"], ["voter", find("#voter").value.trim(), ""]];
  questions.forEach((q, i) => rows.push([String(i + 1), answers[q.question] || "", q.question]));
  return rows.map((row) => row.map(cell).join(",")).join("\n") + "\n";
}

function write() {
  const text = file();
  find("#text").value = text;
  find("#save").href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
}

function show() {
  const over = at >= questions.length;
  find("#ask").hidden = over;
  find("#end").hidden = !over;
  if (over) {
    const done = Object.keys(answers).length;
    find("#answered").textContent = done + " of " + questions.length + " questions answered.";
    write();
    return;
  }
  const q = questions[at];
  find("[data-choice=left] img").src = pictures[q.left];
  find("[data-choice=right] img").src = pictures[q.right];
  find("#place").textContent = "Question " + (at + 1) + " of " + questions.length;
  all("[data-choice]").forEach((button) => button.setAttribute("aria-pressed", String(answers[q.question] === button.dataset.choice)));
  const words = q.beside.split(" ").filter((word) => word);
  find(".beside").replaceChildren(...words.filter((_, i) => i % 2 === 0).map((kind, i) => {
    const figure = document.createElement("figure");
    const image = document.createElement("img");
    const caption = document.createElement("figcaption");
    image.src = pictures[words[2 * i + 1]];
    image.alt = kind + " image";
    caption.textContent = kind;
    figure.append(image, caption);
    return figure;
  }));
}

function choose(choice) {
  if (at >= questions.length) return;
  answers[questions[at].question] = choice;
  remember();
  step(1);
}

function step(by) {
  at = by === "end" ? questions.length : Math.min(Math.max(at + Number(by), 0), questions.length);
  show();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-choice], [data-step]");
  if (!button) return;
  if (button.dataset.choice) choose(button.dataset.choice);
  else step(button.dataset.step);
});
document.addEventListener("keydown", (event) => {
  if (["INPUT", "TEXTAREA"].includes(document.activeElement.tagName) || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const choice = { ArrowLeft: "left", ArrowRight: "right", ArrowDown: "tie" }[event.key];
  if (choice && at < questions.length) choose(choice);
  else if (event.key === "ArrowUp") step(-1);
  else return;
  event.preventDefault();
});
find("#voter").addEventListener("input", write);
find("#text").addEventListener("focus", (event) => event.target.select());
find("#ballot").hidden = false;
recall();
show();
