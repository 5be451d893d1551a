# shellcheck shell=bash
# Puts secrets of the program into its vault through ARM: the vault has no public face, and ARM writes secrets without ever
# reading one back. So nobody sees the program's own keys, whoever makes them. Sourced, never run.

secret_path() {
  local vault
  vault="$(output vaultName)"
  printf 'Microsoft.KeyVault/vaults/%s/secrets/%s' "${vault}" "$1"
}

has_secret() {
  local path
  path="$(secret_path "$1")"
  look_up "the secret $1" "${path}" 2024-11-01
}

# The value comes on standard input: arguments of a process are seen by everybody on the machine.
put_secret() {
  local path body
  path="$(secret_path "$1")"
  body="$(umask 077 && mktemp)"
  jq --raw-input --slurp '{properties: {value: ., contentType: "text/plain", attributes: {enabled: true}}}' >"${body}"
  # Where what makes the value fails, nothing comes in; and nothing is no secret.
  if ! jq --exit-status '.properties.value != ""' "${body}" >/dev/null; then
    rm -f -- "${body}"
    fail "there is no value for the secret $1, so it was left as it is"
  fi
  if ! arm put "${path}" 2024-11-01 --body "@${body}" --output none; then
    rm -f -- "${body}"
    fail "the secret $1 could not be put, for the reason above"
  fi
  rm -f -- "${body}"
  say "The secret $1 is put."
}

# 32 bytes of chance, in base64 on one line. Not to be called in the arguments of a command, where its failing would not be heard.
chance() {
  local bytes
  bytes="$(openssl rand -base64 32)" && [[ "${#bytes}" -eq 44 ]] || fail "openssl gives no chance to make a key of"
  printf '%s' "${bytes}"
}
