# SPDX-License-Identifier: Apache-2.0
# Sourced, not run. Sums what several steps report: each step's last words are a line "N passed, N failed"
# (make may still add that its recipe failed).

tally_passed=0
tally_failed=0
tally_failures=()

# tally_step NAME COMMAND...: runs the command and shows its output; one that ends badly without having
# counted a failure, that ends without a count, or that leaves processes behind is itself one failure.
tally_step() {
    local name=$1 log out shower status=0 last passed=0 failed=0 began=$SECONDS
    shift
    log=$(mktemp)
    printf '\n### %s\n' "$name"
    exec {out}> >(tee "$log")
    shower=$!
    "$@" </dev/null >&"$out" 2>&1 {out}>&- || status=$?
    exec {out}>&-
    tally_end_shower "$shower" || status=1
    last=$(grep -xE '[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1) || true
    rm -f "$log"
    if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=${BASH_REMATCH[1]} failed=${BASH_REMATCH[2]}
        if [ "$failed" -eq 0 ] && [ "$status" -ne 0 ]; then
            failed=1
        fi
    else
        failed=1
    fi
    tally_passed=$((tally_passed + passed))
    tally_failed=$((tally_failed + failed))
    [ "$failed" -eq 0 ] || tally_failures+=("$name: $failed failed (status $status)")
    printf '### %s: %d passed, %d failed, %d s\n' "$name" "$passed" "$failed" $((SECONDS - began))
}

# Whoever still holds the output after the command has ended was left behind by it.
tally_end_shower() {
    local tries
    for ((tries = 0; tries < 100; tries++)); do
        if ! kill -0 "$1" 2>/dev/null; then
            return 0
        fi
        sleep 0.1
    done
    kill "$1"
    echo "processes were left behind"
    return 1
}

# tally_check NAME COMMAND...: a command that counts nothing itself: one check, passed where it ends with 0.
tally_check() {
    local name=$1
    shift
    tally_step "$name" tally_as_check "$@"
}

# The count stands on a line of its own, whatever the command left behind it.
tally_as_check() {
    local status=0
    ("$@") || status=$?
    if [ "$status" -eq 0 ]; then
        printf "\n1 passed, 0 failed\n"
    else
        printf "\n0 passed, 1 failed\n"
    fi
    return "$status"
}

# tally_end: names what failed, prints the sum as the last line; status 1 where anything failed or nothing ran.
tally_end() {
    printf '\n'
    [ ${#tally_failures[@]} -eq 0 ] || printf 'Failed: %s\n' "${tally_failures[@]}"
    printf '%d passed, %d failed\n' "$tally_passed" "$tally_failed"
    [ "$tally_failed" -eq 0 ] && [ "$tally_passed" -gt 0 ]
}
