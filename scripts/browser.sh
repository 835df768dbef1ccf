#!/usr/bin/env bash
# Finds Chromium or Chrome; where there is none, installs Debian's package (as
# root or with sudo), else says the one line to run. Its headless shell does the same
# with a third of the work of the browser with windows; older Debians lack it.
set -euo pipefail

for name in "${CHROME:-}" chromium-headless-shell chrome-headless-shell headless-shell \
	chromium chromium-browser google-chrome google-chrome-stable chrome; do
	if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then
		exit 0
	fi
done

if ! command -v apt-get >/dev/null 2>&1; then
	echo "No Chromium found. Install Chromium or Chrome, or set CHROME to its path." >&2
	exit 1
fi
sudo=
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null 2>&1 || ! sudo -n true 2>/dev/null; then
		echo "No Chromium found. Run: sudo apt-get update && sudo apt-get install -y --no-install-recommends chromium-headless-shell" >&2
		exit 1
	fi
	sudo=sudo
fi
echo "installing Chromium (Debian package) ..."
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
for package in chromium-headless-shell chromium; do
	if apt-cache show "$package" >/dev/null 2>&1; then
		$sudo apt-get install -y -qq --no-install-recommends "$package" >/dev/null
		exit 0
	fi
done
echo "No Chromium in this machine's package lists. Set CHROME to the path of one." >&2
exit 1
