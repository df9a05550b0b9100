// Speaks for the published Auth.js 5: reads what we wrote with its own reader, and writes for us to read.
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { encode, getToken } from "@auth/core/jwt";

// Not exported, but what its own routes use.
const inside = (path) => import(pathToFileURL(resolve("node_modules/@auth/core/lib", path)));
const { SessionStore, defaultCookies } = await inside("utils/cookie.js");
const { createCSRFToken } = await inside("actions/callback/oauth/csrf-token.js");

const { secret, secure, token, cookies, csrf } = JSON.parse(await text(process.stdin));
const logger = { debug() {}, warn() {}, error() {} };
const { name } = defaultCookies(secure).sessionToken;

const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
// The secret that it has replaced is second; what we wrote names the key it used.
const read = await getToken({ req: { headers: { cookie } }, secret: ["a newer secret, unknown to the other side", secret], secureCookie: secure });

const value = await encode({ token, secret, maxAge: 3600, salt: name });
const written = new SessionStore({ name, options: {} }, {}, logger).chunk(value, {});

const options = { secret };
const checked = await createCSRFToken({ options, cookieValue: csrf.cookie, isPost: true, bodyValue: csrf.token });
const made = await createCSRFToken({ options });
const form = { name: defaultCookies(secure).csrfToken.name, cookie: made.cookie, token: made.csrfToken };

console.log(JSON.stringify({ read, written, checked: checked.csrfTokenVerified === true, form }));
