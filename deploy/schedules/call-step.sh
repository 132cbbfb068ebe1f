#!/bin/sh
# Calls one job's route until there is nothing left to do, for schedulers outside of the application:
#
#   TIDEMARK_URL=https://… CRON_SECRET=… call-step.sh /api/cron/sync-transactions [most steps]
#
# Exits 0 when the job is done or another caller works on it, 1 when it failed. The secret goes to
# curl by its standard input, so that no process list shows it.
set -eu
route=$1
most=${2:-20}
: "${TIDEMARK_URL:?the address of the application}" "${CRON_SECRET:?the value of the variable cron_secret}"

step=0
while [ "$step" -lt "$most" ]; do
    step=$((step + 1))
    answer=$(printf 'Authorization: Bearer %s\n' "$CRON_SECRET" |
        curl --silent --show-error --fail-with-body --max-time 60 --request POST --header @- "$TIDEMARK_URL$route") || {
        printf '%s failed: %s\n' "$route" "$answer" >&2
        exit 1
    }
    outcome=$(printf '%s' "$answer" | sed -n 's/.*"outcome" *: *"\([a-z]*\)".*/\1/p')
    printf '%s: %s\n' "$route" "$outcome"
    case $outcome in
        more) ;;
        done | busy) exit 0 ;;
        partial | failed)
            printf '%s\n' "$answer" >&2
            exit 1
            ;;
        *)
            printf 'not an answer of a job: %s\n' "$answer" >&2
            exit 1
            ;;
    esac
done
# What is left is taken up by the next firing.
echo "$route: more to do"
