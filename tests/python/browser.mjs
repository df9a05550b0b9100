// Opens a page in a DOM, lets its own script run, fills in its form, and prints what a person would then see.
// Arguments: the address; the fields as a JSON object, or "null" to send nothing; the value of a cookie header, or "".
import { JSDOM, VirtualConsole } from "jsdom";

const [address, fields, cookie] = process.argv.slice(1);
const problems = [];
const console_ = new VirtualConsole().on("jsdomError", (error) => problems.push(error.message));

// A DOM has no network of its own: addresses are relative to the page, and cookies go along as the page says.
const network = (window) => (path, { credentials, headers, ...more }) => {
  const shown = credentials === "same-origin" && cookie ? { ...headers, cookie } : headers;
  return fetch(new URL(path, window.location.href), { ...more, headers: shown });
};

const { window } = await JSDOM.fromURL(address, {
  runScripts: "dangerously",
  virtualConsole: console_,
  beforeParse: (window) => { window.fetch = network(window); },
});
const field = (id) => window.document.getElementById(id);

if (fields !== "null") {
  for (const [id, value] of Object.entries(JSON.parse(fields))) field(id).value = value;
  field("send").click();
  const deadline = Date.now() + 20_000;
  while (!field("answer").textContent && Date.now() < deadline) await new Promise((go) => setTimeout(go, 20));
}
console.log(JSON.stringify({
  title: field("title").textContent,
  answer: field("answer").textContent,
  asks_for_name: !field("named").hidden,
  can_send: !field("form").hidden && !field("send").disabled,
  hash: window.location.hash,
  problems,
}));
window.close();
