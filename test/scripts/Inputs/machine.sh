# machine.sh FOLDER: a folder as a new machine is, with setup.sh in it: no ninja, and
# stand-ins for sudo and apt. FOLDER/os-release says what system it is; the environment
# variable APT what apt does: reach, install or offer nothing.
set -eu
root=$1
mkdir -p "$root/scripts" "$root/bin"
for tool in bash basename cat cp dirname env grep mkdir python3 tail tr uname; do
  ln -sf "$(command -v $tool)" "$root/bin/$tool"
done
cp scripts/common.sh scripts/requirements.txt "$root/scripts"
sed "s,/etc/os-release,$root/os-release,g" scripts/setup.sh >"$root/scripts/setup.sh"
printf 'ID=debian\nVERSION_ID=12\nPRETTY_NAME="Debian 12"\n' >"$root/os-release"

cat >"$root/bin/sudo" <<'END'
#!/bin/bash
exec "$@"
END
cat >"$root/bin/apt-get" <<'END'
#!/bin/bash
[[ $1 == update ]] && { [[ $APT != unreachable ]]; exit; }
[[ $APT == nothing-arrives ]]
END
cat >"$root/bin/apt-cache" <<'END'
#!/bin/bash
[[ $APT == offers-nothing ]] && echo '  Candidate: (none)' || echo '  Candidate: 1.0'
END
chmod +x "$root"/bin/{sudo,apt-get,apt-cache}
