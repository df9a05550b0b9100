const token = location.hash.slice(1);
const invite = location.pathname.endsWith("/invites/accept");
const field = (id) => document.getElementById(id);
const say = (text) => { field("answer").textContent = text; };

field("title").textContent = invite ? "You are invited" : "Choose a new password";
field("hint").textContent = invite
  ? "New here? Give your name and choose a password. With an account of this address already, its password is enough, or just join if you are signed in."
  : "8 characters or more. You are signed out everywhere.";
field("send").textContent = invite ? "Join" : "Set the password";
field("named").hidden = !invite;
if (!token) { field("form").hidden = true; say("This link is not complete. Copy all of it from the mail."); }

field("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  field("send").disabled = true;
  const password = field("password").value;
  const name = field("name").value.trim() || null;
  // Relative to the page, so that a prefix before the API is kept.
  const url = invite ? `${encodeURIComponent(token)}/accept` : "reset";
  const body = JSON.stringify(invite ? { name, password: password || null } : { token, password });
  const send = (credentials) => fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body, credentials });
  try {
    let reply = await send("same-origin");
    // A session that has ended must not keep anybody from acting by the link.
    if (reply.status === 401) reply = await send("omit");
    const answer = await reply.json();
    if (!reply.ok) throw new Error(answer.error.message);
    field("form").hidden = true;
    history.replaceState(null, "", location.pathname);
    say(invite ? `Welcome to ${answer.organization.name}. You can sign in now.` : "Your password is set. You can sign in now.");
  } catch (error) {
    say(error.message);
    field("send").disabled = false;
  }
});
