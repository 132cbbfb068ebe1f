// The sign-in page: says that a token was refused, and passes on where to go afterwards.

const query = new URLSearchParams(location.search);
const token = document.getElementById("token");

if (query.get("error") === "1") {
  const message = document.getElementById("login-error");
  message.textContent = "This token is not valid, or it was revoked. Check that you copied all of it.";
  message.hidden = false;
  token.setAttribute("aria-invalid", "true");
  token.setAttribute("aria-describedby", "login-error token-help");
}

/** Only a path of this site, as the browser itself would resolve it. */
const isLocalPath = (path) => path.startsWith("/") && new URL(path, location.origin).origin === location.origin;

const next = query.get("next");
if (next && isLocalPath(next)) {
  const field = document.getElementById("next");
  field.value = next;
  field.disabled = false;
}
token.focus();
