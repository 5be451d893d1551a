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

main() {
  choose_environment "${1:-}"
  local what="${2:-}"
  shift $(($# < 2 ? $# : 2))
  ADDRESS='' IS_SURE=no
  while (($# > 0)); do
    case "$1" in
      --yes) IS_SURE=yes ;;
      --from) ADDRESS="${2:?--from needs an address}" && shift ;;
      *) fail "I do not know $1" ;;
    esac
    shift
  done
  [[ "${what}" =~ ^(links|signatures|encryption)$ ]] || fail "say what: links, signatures or encryption"
  [[ "${what}" == signatures || "${ADDRESS}" =~ ^[0-9]+(\.[0-9]+){3}$ ]] || fail "say this machine's public IPv4 address: --from ADDRESS"
  need az jq openssl
  sign_in
  need_deployed
  "${what}"
}

# A number is never used twice, and no key is taken away: links that are open were made with the older ones.
links() {
  confirm "Links made from now on will use a new key." links
  open_vault
  local ring
  ring="$(az keyvault secret show --id "$(output vaultUri)secrets/handler-keys" --query value --output tsv)" \
    || fail "handler-keys cannot be read, for the reason above; nothing was changed"
  chance | jq --raw-input --join-output --compact-output --argjson ring "${ring}" '. as $key
    | $ring | ([.linkKeys | keys[] | tonumber] | max + 1) as $next | .linkKeys += {($next | tostring): $key} | .currentLinkKey = $next' \
    | put_secret handler-keys
  say "The app takes it up within ten minutes. Older links stay good until they expire."
}

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
  open_vault
  for key in private-storage media-storage documents; do
    az keyvault key rotate --id "$(output vaultUri)keys/${key}" --output none
    say "The key ${key} has a new version."
  done
  say "Storage takes it up within a day, the database too. Delete no older version: backups need them."
}

# Azure reads secrets and rotates keys on the data side only, which has no public face.
open_vault() {
  local vault
  vault="$(output vaultName)"
  trap shut_vault EXIT
  az keyvault update --resource-group "${GROUP}" --name "${vault}" --public-network-access Enabled --output none
  az keyvault network-rule add --resource-group "${GROUP}" --name "${vault}" --ip-address "${ADDRESS}/32" --output none
}

shut_vault() {
  trap - EXIT
  local vault
  vault="$(output vaultName)"
  az keyvault network-rule remove --resource-group "${GROUP}" --name "${vault}" --ip-address "${ADDRESS}/32" --output none \
    || say "${ADDRESS} is still let into ${vault}: az keyvault network-rule remove"
  az keyvault update --resource-group "${GROUP}" --name "${vault}" --public-network-access Disabled --output none \
    || say "${vault} is still open: az keyvault update --public-network-access Disabled"
}

main "$@"
