// Speaks for the published NextAuth.js 4: reads what we wrote with its own reader, and writes for us to read.
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";

const require = createRequire(resolve("package.json"));
const { encode, getToken } = require("next-auth/jwt");
// Not exported, but what its own routes use.
const { SessionStore, defaultCookies } = require(resolve("node_modules/next-auth/core/lib/cookie.js"));
const { createCSRFToken } = require(resolve("node_modules/next-auth/core/lib/csrf-token.js"));

const { secret, secure, token, cookies, csrf } = JSON.parse(await text(process.stdin));
const logger = { debug() {}, warn() {}, error() {} };
const { name } = defaultCookies(secure).sessionToken;

const sent = Object.fromEntries(cookies.map(({ name, value }) => [name, value]));
const read = await getToken({ req: { cookies: sent, headers: {} }, secret, secureCookie: secure });

const value = await encode({ token, secret, maxAge: 3600 });
const written = new SessionStore({ name, options: {} }, { cookies: {} }, logger).chunk(value, {});

const options = { secret };
const checked = createCSRFToken({ options, cookieValue: csrf.cookie, isPost: true, bodyValue: csrf.token });
const made = createCSRFToken({ options });
const form = { name: defaultCookies(secure).csrfToken.name, cookie: made.cookie, token: made.csrfToken };

console.log(JSON.stringify({ read, written, checked: checked.csrfTokenVerified === true, form }));
