# What `addons:` asks for. POSIX shell with `local`, on top of functions.sh; part of the job's shell where
# a job has addons. Every value of a config comes as an argument, and has the form that it should have.

# ci__system NAME: what the image says of its system, e.g. PRETTY_NAME.
ci__system() {
  # shellcheck disable=SC1091
  (. /etc/os-release 2> /dev/null && eval "printf '%s' \"\${$1-}\"") || :
}

# ci__apt_ready ADDON: whether apt-get is there and may be used; else it says what to do.
ci__apt_ready() {
  local ci__name
  if ! command -v apt-get > /dev/null 2>&1; then
    ci__name=$(ci__system PRETTY_NAME)
    ci__hint 1 "addons.$1 needs apt-get, which this image has not (${ci__name:-its system is not known})." \
      'Install what the job needs in before_install, or choose an image made from Debian or Ubuntu.'
  elif [ "$(id -u)" != 0 ] && ! sudo -n true > /dev/null 2>&1; then
    ci__hint 1 "addons.$1 needs root, and the user of this image may not become root." \
      'Choose an image that runs as root or has sudo, or one that holds what the job needs.'
  fi
}

# ci__apt_get ARGUMENT…: apt-get as root that asks nothing.
ci__apt_get() {
  sudo -E apt-get -yq --no-install-suggests --no-install-recommends \
    --allow-downgrades --allow-remove-essential --allow-change-held-packages "$@"
}

# ci__apt_update: the lists of packages. Where one does not come, what is installed decides.
ci__apt_update() {
  ci__apt_stale=''
  travis_apt_get_update || ci__apt_stale=1
}

# ci__apt_packages PACKAGE…: installs them; where that fails it names those that can't be had.
ci__apt_packages() {
  local ci__result=0 ci__package ci__bad='' ci__name
  ci__apt_get install "$@" || ci__result=$?
  [ "$ci__result" -ne 0 ] || return 0
  for ci__package; do
    apt-get -s -qq install "$ci__package" > /dev/null 2>&1 || ci__bad="$ci__bad $ci__package"
  done
  ci__name=$(ci__system PRETTY_NAME)
  if [ "${ci__apt_stale-}" ]; then
    ci__hint 1 'The lists of packages could not be fetched, so what apt-get knows may be old: see above.' || :
  fi
  if [ "$ci__bad" ]; then
    ci__hint "$ci__result" "Not to be had in ${ci__name:-this image}:$ci__bad" \
      'Look for the name there with "apt-cache search", add its source under addons.apt.sources, or choose another image.'
  else
    ci__hint "$ci__result" 'Each package can be had, and all together not: apt-get says above why.'
  fi
}

# ci__need PROGRAM PACKAGE: installs a program where it is missing.
ci__need() {
  command -v "$1" > /dev/null 2>&1 && return 0
  [ "$(find /var/lib/apt/lists -name '*_Packages*' 2> /dev/null | head -n 1)" ] || ci__apt_update
  ci__apt_get install "$2" > /dev/null
}

# ci__fetch ADDRESS FILE
ci__fetch() {
  [ -e /etc/ssl/certs/ca-certificates.crt ] || ci__need ci__no_program ca-certificates || return
  if ! command -v wget > /dev/null 2>&1; then
    ci__need curl curl || return
  fi
  if command -v curl > /dev/null 2>&1; then
    ci__retry "curl $1" curl -fsSL --connect-timeout 20 "$1" -o "$2"
  else
    ci__retry "wget $1" wget -q -T 60 "$1" -O "$2"
  fi
}

# ci__apt_ppa PPA: an archive of Launchpad.
ci__apt_ppa() {
  if [ "$(ci__system ID)" != ubuntu ]; then
    ci__hint 0 "$1 holds packages for Ubuntu, and this image is $(ci__system PRETTY_NAME): it is not added."
    return
  fi
  printf '$ sudo -E add-apt-repository -y %s\n' "$1"
  ci__need add-apt-repository software-properties-common || return
  ci__retry "add-apt-repository $1" sudo -E add-apt-repository -y "$1" && return
  ci__hint "$?" "$1 cannot be added: its name may be wrong, or Launchpad not be reached from here."
}

# ci__apt_source NAME LINE [KEY]: a line of sources.list, with the address of its key.
ci__apt_source() {
  local ci__name="$1" ci__line="$2" ci__key="${3-}" ci__file ci__kind=gpg
  if [ "$ci__key" ]; then
    ci__file=$(mktemp) || return
    if ! ci__fetch "$ci__key" "$ci__file"; then
      rm -f "$ci__file"
      ci__hint 1 "The key at $ci__key cannot be fetched, so nothing of this source would be trusted."
      return
    fi
    if grep -q 'BEGIN PGP PUBLIC KEY' "$ci__file"; then ci__kind=asc; fi
    sudo install -m 644 "$ci__file" "/etc/apt/trusted.gpg.d/ci-$ci__name.$ci__kind" || return
    rm -f "$ci__file"
  fi
  case $ci__line in
    *https://*) [ -e /etc/ssl/certs/ca-certificates.crt ] || ci__need ci__no_program ca-certificates || return ;;
  esac
  printf '%s\n' "$ci__line" | sudo tee "/etc/apt/sources.list.d/ci-$ci__name.list" > /dev/null
}

# ci__known_host HOST PORT: what ssh shall know of a host.
ci__known_host() {
  local ci__keys
  if ! command -v ssh-keyscan > /dev/null 2>&1; then
    ci__hint 1 "addons.ssh_known_hosts needs ssh-keyscan, which this image has not; \`addons: {apt: openssh-client}\` adds it."
    return
  fi
  ci__keys=$(ssh-keyscan -T 10 -p "$2" -- "$1" 2> /dev/null)
  if [ -z "$ci__keys" ]; then
    ci__hint 1 "No key of $1 can be had: it does not answer at port $2."
    return
  fi
  mkdir -p "$HOME/.ssh" && chmod 700 "$HOME/.ssh" || return
  printf '%s\n' "$ci__keys" >> "$HOME/.ssh/known_hosts"
}

# ci__chrome stable|beta: Google's own package; where it can't be had, Debian's Chromium stands in.
ci__chrome() {
  local ci__link
  ci__apt_ready chrome || return
  if [ "$(dpkg --print-architecture)" = amd64 ] \
    && ci__apt_source google-chrome 'deb [arch=amd64] https://dl.google.com/linux/chrome/deb/ stable main' \
      https://dl.google.com/linux/linux_signing_key.pub \
    && ci__apt_update \
    && ci__apt_get install "google-chrome-$1"; then
    google-chrome --version || :
    return 0
  fi
  if [ "$1" != stable ] || [ "$(ci__system ID)" != debian ]; then
    ci__hint 1 "Chrome ($1) cannot be had here: Google has it for amd64 at dl.google.com, which must be reached." \
      'Choose an image that has Chrome, or name one for this job in the rules for images.'
    return
  fi
  sudo rm -f /etc/apt/sources.list.d/ci-google-chrome.list
  ci__hint 0 'Google does not give its Chrome to this machine: the Chromium of Debian stands in for it.'
  ci__apt_update
  ci__apt_packages chromium || return
  for ci__link in google-chrome google-chrome-stable; do
    sudo ln -sf "$(command -v chromium)" "/usr/local/bin/$ci__link" || return
  done
  google-chrome --version || :
}

# ci__firefox VERSION: Mozilla's own build; where the newest can't be had, Debian's stands in.
ci__firefox() {
  local ci__product ci__os=linux64 ci__file ci__home="/usr/local/firefox-$1"
  ci__apt_ready firefox || return
  case $1 in
    latest) ci__product=firefox-latest-ssl ;;
    latest-beta) ci__product=firefox-beta-latest-ssl ;;
    latest-dev) ci__product=firefox-devedition-latest-ssl ;;
    latest-esr) ci__product=firefox-esr-latest-ssl ;;
    latest-nightly) ci__product=firefox-nightly-latest-ssl ;;
    *) ci__product="firefox-$1" ;;
  esac
  case $(dpkg --print-architecture) in
    arm64) ci__os=linux64-aarch64 ;;
  esac
  ci__file=$(mktemp) || return
  if ci__fetch "https://download.mozilla.org/?product=$ci__product&lang=en-US&os=$ci__os" "$ci__file"; then
    ci__need bzip2 bzip2 && ci__need xz xz-utils || return
    # What a browser without a screen still wants.
    ci__apt_update
    ci__apt_packages libgtk-3-0 libdbus-glib-1-2 libxt6 || return
    sudo mkdir -p "$ci__home" \
      && sudo tar -xf "$ci__file" -C "$ci__home" --strip-components=1 \
      && sudo ln -sf "$ci__home/firefox" /usr/local/bin/firefox || return
    rm -f "$ci__file"
    firefox --version || :
    return 0
  fi
  rm -f "$ci__file"
  case $1-$(ci__system ID) in
    latest-debian | latest-esr-debian) ;;
    *)
      ci__hint 1 "Firefox $1 cannot be had here: Mozilla has it at download.mozilla.org, which must be reached." \
        'Choose an image that has Firefox, or another version.'
      return
      ;;
  esac
  ci__hint 0 'Mozilla does not give its Firefox to this machine: the one of Debian, an ESR, stands in for it.'
  ci__apt_update
  ci__apt_packages firefox-esr || return
  sudo ln -sf "$(command -v firefox-esr)" /usr/local/bin/firefox || return
  firefox --version || :
}
