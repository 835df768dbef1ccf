#!/usr/bin/env bash
# Installs the foreign OAuth and API clients that the tests run against the mock, and
# the foreign OAuth server that the runner is tried on,
# of the versions in foreign/node/package-lock.json and foreign/python/requirements.txt,
# into .cache/clients, and prints that directory. What is there already is not
# fetched again, so that it works offline from then on. Node and Python come from
# the machine, or from Debian's packages.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=$PWD/.cache/clients
mkdir -p "$cache"

debian() {
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "$1 is missing. Install it: $2" >&2
		exit 1
	fi
	local sudo=
	if [ "$(id -u)" != 0 ]; then
		if ! command -v sudo >/dev/null 2>&1 || ! sudo -n true 2>/dev/null; then
			echo "$1 is missing. Run: sudo apt-get update && sudo apt-get install -y --no-install-recommends $2" >&2
			exit 1
		fi
		sudo=sudo
	fi
	echo "installing $2 (Debian packages) ..." >&2
	export DEBIAN_FRONTEND=noninteractive
	$sudo apt-get update -qq >&2
	# shellcheck disable=SC2086
	$sudo apt-get install -y -qq --no-install-recommends $2 >/dev/null
}

# once DIRECTORY LOCK COMMAND...: runs the command unless it ran for this lock file before.
once() {
	local directory=$1 lock=$2 stamp
	shift 2
	stamp=$(cksum <"$lock")
	if [ "$(cat "$directory/.installed" 2>/dev/null)" = "$stamp" ]; then
		return
	fi
	rm -rf "$directory"
	mkdir -p "$directory"
	"$@" >&2
	echo "$stamp" >"$directory/.installed"
}

node() {
	if ! command -v npm >/dev/null 2>&1; then debian "Node 20 or newer" "nodejs npm"; fi
	cp foreign/node/package.json foreign/node/package-lock.json "$cache/node/"
	(cd "$cache/node" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
}

python() {
	if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then debian "Python 3 with venv" "python3 python3-venv"; fi
	python3 -m venv "$cache/python"
	"$cache/python/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
		-r foreign/python/requirements.txt
}

# Several tests may come at once.
exec 9>"$cache/lock"
if command -v flock >/dev/null 2>&1; then flock 9; fi
# Tests validate XML with it; those that do go on without, but in CI.
if ! command -v xmllint >/dev/null 2>&1; then (debian xmllint libxml2-utils) || true; fi
once "$cache/node" foreign/node/package-lock.json node
once "$cache/python" foreign/python/requirements.txt python
echo "$cache"
