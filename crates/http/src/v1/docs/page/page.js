"use strict";
// Whatever the document says is shown as text; nothing of it is ever read as HTML.
const METHODS = ["get", "post", "patch", "put", "delete"];
const DEEPEST = 8;
let api;

function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

function resolved(schema) {
  let known = schema || {};
  for (let hops = 0; known.$ref && hops < DEEPEST; hops += 1) {
    known = known.$ref.slice(2).split("/").reduce((at, part) => (at || {})[part], api) || {};
  }
  return known;
}

// All parts of an `allOf` as one object.
function merged(schema) {
  const known = resolved(schema);
  if (!known.allOf) return known;
  const whole = { ...known, type: "object", properties: { ...known.properties }, required: [...(known.required || [])] };
  delete whole.allOf;
  for (const part of known.allOf.map(merged)) {
    Object.assign(whole.properties, part.properties);
    whole.required.push(...(part.required || []));
    if (part.oneOf) whole.oneOf = part.oneOf;
  }
  return whole;
}

function kind(schema) {
  const known = merged(schema);
  const choices = known.oneOf || known.anyOf;
  if (choices) return choices.length === 1 ? kind(choices[0]) : [...new Set(choices.map(kind))].join(" or ");
  if (known.enum) return known.enum.map((word) => JSON.stringify(word)).join(" | ");
  const names = [].concat(known.type || (known.properties ? "object" : "any"));
  return names.map((name) => (name === "array" ? `array of ${kind(known.items)}` : name)).join(" | ");
}

function bounds(schema) {
  const known = resolved(schema);
  const words = ["minimum", "maximum", "minLength", "maxLength", "default"].filter((name) => known[name] !== undefined);
  return words.map((name) => `${name} ${known[name]}`).join(", ");
}

// The members of a schema, folded below the first level.
function members(schema, depth = 0) {
  const known = merged(schema);
  if (depth > DEEPEST) return null;
  const choices = (known.oneOf || known.anyOf || []).filter((choice) => merged(choice).type !== "null");
  const parts = [];
  if (known.properties) {
    const rows = Object.entries(known.properties).map(([name, inner]) => member(name, inner, known, depth));
    parts.push(el("ul", "members", rows));
  }
  if (known.items) parts.push(members(known.items, depth));
  if (choices.length === 1) parts.push(members(choices[0], depth));
  if (choices.length > 1) parts.push(choices.map((choice, at) => variant(choice, at, depth)));
  const shown = parts.flat(Infinity).filter(Boolean);
  return shown.length ? el("div", "", shown) : null;
}

function variant(choice, at, depth) {
  const [word] = resolved((merged(choice).properties || {}).status).enum || [];
  const name = word || (choice.$ref || "").split("/").pop() || `Form ${at + 1}`;
  const about = merged(choice).description;
  return folded([el("code", "", name), about ? ` ${about}` : ` ${kind(choice)}`], members(choice, depth + 1));
}

function member(name, schema, owner, depth) {
  const known = merged(schema);
  const needed = (owner.required || []).includes(name) ? "required" : "";
  const about = [kind(schema), needed, bounds(schema)].filter(Boolean).join(", ");
  const example = known.example === undefined ? "" : ` Example: ${JSON.stringify(known.example)}.`;
  const line = [el("code", "", name), " ", el("span", "dim", about), ` ${schema.description || known.description || ""}${example}`];
  return el("li", "", folded(line, members(schema, depth + 1)));
}

function folded(line, inner) {
  return inner ? el("details", "", el("summary", "", line), inner) : el("span", "", line);
}

function section(title, ...content) {
  return content.flat(Infinity).some(Boolean) ? [el("h4", "", title), ...content] : [];
}

function media(holder) {
  const [type, content] = Object.entries((holder || {}).content || {})[0] || [];
  return { type, schema: (content || {}).schema, example: (content || {}).example };
}

function parameters(operation) {
  const rows = (operation.parameters || []).map((one) => {
    const about = [one.in, kind(one.schema), one.required ? "required" : "", bounds(one.schema)].filter(Boolean).join(", ");
    return el("li", "", el("code", "", one.name), " ", el("span", "dim", about), ` ${one.description || ""}`);
  });
  return rows.length ? el("ul", "members", rows) : null;
}

function command(method, path, operation, body) {
  const lines = [`curl -sS -X ${method} "${location.origin}${path}"`];
  if ((operation.security || []).length) lines.push('-H "Authorization: Bearer $UPIVIA_KEY"');
  if (body.example === undefined) return el("pre", "", el("code", "", lines.join(" \\\n  ")));
  const text = JSON.stringify(body.example).replaceAll("'", "'\\''");
  lines.push('-H "Content-Type: application/json"', `-d '${text}'`);
  return el("pre", "", el("code", "", lines.join(" \\\n  ")));
}

function answers(operation, isError) {
  const all = Object.entries(operation.responses || {}).filter(([status]) => Number(status) >= 400 === isError);
  if (isError) {
    const rows = all.flatMap(([status, one]) => [el("dt", "", status), el("dd", "", one.description)]);
    return rows.length ? [el("dl", "", rows), folded(["The shape of every error"], members(media(all[0][1]).schema))] : [];
  }
  return all.map(([status, one]) => {
    const { type, schema } = media(one);
    return folded([el("code", "", status), ` ${one.description} `, el("span", "dim", type || "")], members(schema));
  });
}

function credentials(operation) {
  const names = (operation.security || []).flatMap((one) => Object.keys(one));
  const shown = names.map((name) => ((api.components.securitySchemes || {})[name] || {}).bearerFormat || name);
  return el("p", "dim", shown.length ? `Credential: ${shown.join(" or ")}` : "No credential is needed.");
}

function article(path, method, operation) {
  const body = media(operation.requestBody);
  const name = method.toUpperCase();
  const example = body.example === undefined ? null : el("pre", "", el("code", "", JSON.stringify(body.example, null, 2)));
  const node = el("article", "",
    el("h3", "", operation.summary || path),
    el("p", "call", el("span", `method ${name}`, name), el("code", "", path)),
    el("p", "text", operation.description || ""),
    credentials(operation),
    section("Parameters", parameters(operation)),
    section("Body", members(body.schema), example),
    section("Call", command(name, path, operation, body)),
    section("Answers", answers(operation, false)),
    section("Errors", answers(operation, true)));
  node.id = operation.operationId;
  node.dataset.words = `${name} ${path} ${operation.summary} ${operation.operationId}`.toLowerCase();
  return node;
}

function entry(path, method, operation) {
  const name = method.toUpperCase();
  const link = el("a", "", el("span", `method ${name}`, name), operation.summary || path);
  link.href = `#${operation.operationId}`;
  link.dataset.words = `${name} ${path} ${operation.summary} ${operation.operationId}`.toLowerCase();
  return link;
}

function show(document_) {
  api = document_;
  document.title = document.getElementById("title").textContent = `${api.info.title} ${api.info.version}`;
  document.getElementById("about").textContent = api.info.description || "";
  const rows = Object.entries(api.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => [path, method, item[method]]));
  for (const { name } of api.tags || []) {
    const own = rows.filter(([, , operation]) => (operation.tags || []).includes(name));
    if (!own.length) continue;
    document.getElementById("menu").append(el("section", "", el("h2", "", name), own.map((row) => entry(...row))));
    document.getElementById("operations").append(el("section", "", el("h2", "", name), own.map((row) => article(...row))));
  }
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

function filter(words) {
  for (const node of document.querySelectorAll("[data-words]")) node.hidden = !node.dataset.words.includes(words);
  for (const group of document.querySelectorAll("section")) group.hidden = !group.querySelector("[data-words]:not([hidden])");
}

document.getElementById("filter").addEventListener("input", (event) => filter(event.target.value.trim().toLowerCase()));
fetch("openapi.json")
  .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`status ${answer.status}`))))
  .then((document_) => {
    show(document_);
    document.getElementById("problem").hidden = true;
  })
  .catch((error) => {
    document.getElementById("problem").textContent = `The OpenAPI document could not be shown: ${error.message}.`;
  });
