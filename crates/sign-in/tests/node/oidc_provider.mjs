// An OpenID provider on loopback that lets anybody in as whom they say, until its standard input ends. Each line on its
// standard input gives it new keys. Its first argument says where addresses are told: "token" or "userinfo"; its second one,
// if any, where browsers are sent back to. "a.b" has the address of "a", and the codes of "late" end after a second.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import Provider from "oidc-provider";

// Only our own lines belong on the standard output.
console.info = console.warn;

const back = [process.argv[2] ?? "http://127.0.0.1:9/back"];
const common = { redirect_uris: back, grant_types: ["authorization_code"], response_types: ["code"] };
const clients = [
  { ...common, client_id: "basic", client_secret: "a secret & more", token_endpoint_auth_method: "client_secret_basic" },
  { ...common, client_id: "public", token_endpoint_auth_method: "none", id_token_signed_response_alg: "ES256" },
  // What it signs with this client's own secret must not count.
  { ...common, client_id: "mac", client_secret: "a secret of 32 bytes or more: yes", id_token_signed_response_alg: "HS256" },
];

const findAccount = (_, id) => ({
  accountId: id,
  claims: () => ({
    sub: id,
    email: `${id.split(".")[0]}@${id.startsWith("stranger") ? "elsewhere.example" : "example.com"}`,
    email_verified: id !== "unverified",
    name: `${id} of the tests`,
  }),
});

function keys() {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
  return { keys: [{ ...rsa, use: "sig" }, { ...ec, use: "sig" }] };
}

function provider(issuer) {
  return new Provider(issuer, {
    clients,
    findAccount,
    jwks: keys(),
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: process.argv[1] === "userinfo",
    cookies: { keys: ["a key of the tests"] },
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256", "HS256"] },
    pkce: { required: () => true },
    ttl: { AuthorizationCode: (_, code) => (code.accountId === "late" ? 1 : 60) },
  });
}

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  server.on("request", provider(issuer).callback());
  const lines = createInterface({ input: process.stdin });
  lines.on("line", () => {
    server.removeAllListeners("request");
    server.on("request", provider(issuer).callback());
    console.log("new keys");
  });
  lines.on("close", () => process.exit(0));
  console.log(issuer);
});
