# shellcheck shell=bash disable=SC2154
# For tests of scripts that are killed in the middle and run again.

# What a person does between two runs of teardown: another folder.
another_folder() { rm -rf "${AZURE:?}/back"; }

# Sets WHOLE to what one run leaves; `the_same_cut_after NUMBERS SCRIPT…` cuts it off after each of these writes and runs it again.
one_run() {
  forget_requests
  another_folder
  run "$@"
  [[ "${status}" -eq 0 ]] || { explain && return 1; }
  WHOLE="$(stands)"
}

the_same_cut_after() {
  local numbers="$1" told number
  shift
  told="$(<"${AZURE}/scene.json")"
  for number in ${numbers}; do
    scene "${told}"
    another_folder
    cut_after "${number}" "$@"
    [[ "${status}" -ne 0 ]] || { explain && echo "not cut off after write ${number}" && return 1; }
    another_folder
    run "$@"
    [[ "${status}" -eq 0 ]] || { explain && echo "cut off after write ${number}" && return 1; }
    diff <(echo "${WHOLE}") <(stands) || { echo "cut off after write ${number}" && return 1; }
  done
}
