#!/usr/bin/env bash
# Changes keys before their time. Encryption keys change by themselves every year; this is for the day when one may be known.
#
#   infra/rotate-keys.sh prod links --from ADDRESS          a new key for new links; open links stay good
#   infra/rotate-keys.sh prod signatures                    every signed upload and look stops working at once
#   infra/rotate-keys.sh prod encryption --from ADDRESS     new versions of the keys that storage and database are wrapped in
#
# For `links` and `encryption` the vault opens to ADDRESS, this machine's, while the script runs. Whoever runs it needs Key Vault
# Secrets User or Key Vault Crypto Officer on the vault for that time.
set -euo pipefail
# shellcheck source=session.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/session.sh"
# shellcheck source=secrets.sh
source "${INFRA}/secrets.sh"
# shellcheck source=vault-door.sh
source "${INFRA}/vault-door.sh"

main() {
  choose_environment "${1:-}"
  local what="${2:-}"
  shift $(($# < 2 ? $# : 2))
  local address=''
  IS_SURE=no
  while (($# > 0)); do
    case "$1" in
      --yes) IS_SURE=yes ;;
      --from) address="${2:?--from needs an address}" && shift ;;
      *) fail "I do not know $1" ;;
    esac
    shift
  done
  [[ "${what}" =~ ^(links|signatures|encryption)$ ]] || fail "say what: links, signatures or encryption"
  [[ "${what}" == signatures || "${address}" =~ ^[0-9]+(\.[0-9]+){3}$ ]] || fail "say this machine's public IPv4 address: --from ADDRESS"
  need az jq openssl
  sign_in
  need_deployed
  "${what}" "${address}"
}

# What was changed within the hour is left alone: so a run that was cut off is finished by the next, and twice is as once.
is_of_this_hour() {
  local made
  made="$(date --utc --date "$1" +%s)"
  (($(date --utc +%s) - made < 3600))
}

# A number is never used twice, and no key is taken away: links that are open were made with the older ones.
links() {
  local made ring
  confirm "Links made from now on will use a new key." links
  open_vault "$1"
  wait_for "the vault to show handler-keys" 10 "Who runs this needs Key Vault Secrets User on $(output vaultName), and ${ADDRESS} has to be this machine's; nothing was changed." read_ring
  made="$(jq --raw-output .attributes.created <<<"${RING}")"
  RING="$(jq --raw-output .value <<<"${RING}")"
  # deploy.sh made the first one: that it is new is no reason to keep it.
  if is_of_this_hour "${made}" && jq --exit-status '.currentLinkKey > 1' <<<"${RING}" >/dev/null; then
    say "Links use a new key since ${made}: it is left alone. Another hour, another key."
    return
  fi
  # Made whole before it is put: a ring that cannot be read must not become an empty one.
  ring="$(chance | jq --raw-input --compact-output --argjson ring "${RING}" '. as $key
    | $ring | ([.linkKeys | keys[] | tonumber] | max + 1) as $next | .linkKeys += {($next | tostring): $key} | .currentLinkKey = $next
    | select(.numberKey | type == "string" and . != "")')" && [[ -n "${ring}" ]] \
    || fail "what handler-keys holds is no ring of keys; nothing was changed. infra/README.md, \"When the program's keys are gone or wrong\""
  printf '%s' "${ring}" | put_secret handler-keys
  say "The app takes it up within ten minutes. Older links stay good until they expire."
}

read_ring() { RING="$(az keyvault secret show --id "$(output vaultUri)secrets/handler-keys" --output json)"; }

signatures() {
  local account
  account="$(output mediaAccountName)"
  confirm "Uploads that are on their way will fail and be asked for again." signatures
  az storage account revoke-delegation-keys --resource-group "${GROUP}" --name "${account}" --output none
  say "No signature made until now works any more. The app asks for a new key by itself."
}

encryption() {
  local key
  confirm "Storage and database will be wrapped in new versions of their keys." encryption
  open_vault "$1"
  for key in private-storage media-storage documents; do
    wait_for "the vault to show ${key}" 10 "Who runs this needs Key Vault Crypto Officer on $(output vaultName), and ${ADDRESS} has to be this machine's." read_key "${key}"
    if is_of_this_hour "@${KEY_MADE}"; then
      say "The key ${key} has a new version since $(date --utc --date "@${KEY_MADE}" +%H:%M) UTC: it is left alone."
    else
      az keyvault key rotate --id "$(output vaultUri)keys/${key}" --output none
      say "The key ${key} has a new version."
    fi
  done
  say "Storage takes it up within a day, the database too. Delete no older version: backups need them."
}

read_key() { KEY_MADE="$(az keyvault key show --id "$(output vaultUri)keys/$1" --query attributes.created --output tsv | xargs -r -I{} date --utc --date {} +%s)" && [[ -n "${KEY_MADE}" ]]; }

main "$@"
