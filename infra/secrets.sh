# shellcheck shell=bash
# Puts secrets of the program into its vault through ARM: the vault has no public face, and ARM writes secrets without ever
# reading one back. So nobody sees the program's own keys, whoever makes them. Sourced, never run.

secret_path() { printf 'Microsoft.KeyVault/vaults/%s/secrets/%s' "$(output vaultName)" "$1"; }

has_secret() {
  local path
  path="$(secret_path "$1")"
  arm get "${path}" 2024-11-01 --output none 2>/dev/null
}

# The value comes on standard input: arguments of a process are seen by everybody on the machine.
put_secret() {
  local path body
  path="$(secret_path "$1")"
  body="$(umask 077 && mktemp)"
  jq --raw-input --slurp '{properties: {value: ., contentType: "text/plain", attributes: {enabled: true}}}' >"${body}"
  if ! arm put "${path}" 2024-11-01 --body "@${body}" --output none; then
    rm -f -- "${body}"
    fail "the secret $1 could not be put, for the reason above"
  fi
  rm -f -- "${body}"
  say "The secret $1 is put."
}

# 32 bytes of chance, in base64 on one line.
chance() { openssl rand -base64 32 | tr -d '\n'; }
