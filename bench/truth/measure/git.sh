# shellcheck shell=bash
# git: many short programs around a store of objects. A history is made, searched, merged, rewritten, packed and checked,
# and exchanged with a daemon a delayed link away.
build() {
    make clean
    local none="NO_OPENSSL=1 NO_CURL=1 NO_EXPAT=1 NO_GETTEXT=1 NO_PERL=1 NO_PYTHON=1 NO_TCLTK=1"
    # shellcheck disable=SC2086
    make -j2 $none git git-daemon git-upload-pack git-receive-pack git-upload-archive
}

prepare() {
    mkdir -p "$WORK/from/pictures" "$WORK/from/lib"
    cp "$TREE"/[a-r]*.[ch] "$TREE/README.md" "$WORK/from/"
    for part in builtin xdiff refs reftable; do
        mkdir "$WORK/from/$part"
        cp "$TREE/$part"/*.[ch] "$WORK/from/$part/"
    done
    cp "$TREE"/[s-z]*.[ch] "$WORK/from/lib/"
    for i in $(seq 12); do head -c $((i * 9000)) /dev/urandom >"$WORK/from/pictures/$i.bin"; done
    printf '*.bin binary\nslow.txt filter=slow\n*.md text diff=markdown\n' >"$WORK/from/.gitattributes"
    printf '*.o\n*.a\n/out/\n!keep.o\n' >"$WORK/from/.gitignore"
    # what a person or another program would take its time for
    printf '#!/bin/sh\nsleep 0.05\necho "edited" >>"$1"\n' >"$WORK/editor"
    printf '#!/bin/sh\nsleep 0.02\n' >"$WORK/hook"
    printf '#!/bin/sh\nsleep 0.02\ncat\n' >"$WORK/filter"
    chmod +x "$WORK/editor" "$WORK/hook" "$WORK/filter"
}

# A commit that changes a word in every Nth file from the Mth on.
change() { # N M FROM TO
    git ls-files '*.[ch]' | awk -v n="$1" -v m="$2" 'NR % n == m' | xargs sed -i "s/\\b$3\\b/$4/g"
    git commit -q -a -m "Say $4 where it was $3" -m "One of every $1 files from $2 on."
}
export -f change

history() {
    git init -q -b main "$RUN/repo"
    cd "$RUN/repo" || return
    cp "$WORK/hook" .git/hooks/post-commit 2>/dev/null || { mkdir .git/hooks && cp "$WORK/hook" .git/hooks/post-commit; }
    git config filter.slow.clean "$WORK/filter" && git config filter.slow.smudge "$WORK/filter"
    cp -R "$WORK/from/." .
    git add README.md .gitattributes .gitignore && git commit -q -m 'Begin'
    git status >"$RUN/status"
    git add . && git commit -q -m 'Add the sources'
    git tag -a -m 'the first' v1
    change 7 1 struct record && change 5 2 int number && change 9 0 char letter
    git mv lib/tree.c lib/trees.c && git mv xdiff/xdiff.h xdiff.h && git rm -q pictures/3.bin && git commit -q -m 'Move files'
    echo 'slow content' >slow.txt && git add slow.txt && GIT_EDITOR="$WORK/editor" git commit -q
    git notes add -m 'a note' HEAD
    for i in $(seq 6); do change 23 "$i" return "give$i"; done
    git tag -a -m 'the second' v2
}

branches() {
    git checkout -q -b topic v1
    change 11 3 if when && change 13 4 size_t size && change 31 5 static fixed
    git checkout -q main
    git merge -q -m 'Merge topic' topic || { git status --short >"$RUN/status" && git diff >"$RUN/conflict" && git checkout -q --theirs . && git add -A && git commit -q --no-edit; }
    git checkout -q -b other v2
    change 41 7 else otherwise && change 43 8 while during
    git commit -q --allow-empty -m 'fixup! Say during where it was while'
    git checkout -q -b easy v2
    echo "/* the end */" >>lib/strbuf.c && git commit -q -a -m 'End a file'
    git rebase -q main || git rebase --abort
    git checkout -q other
    GIT_SEQUENCE_EDITOR="$WORK/hook" git rebase -q -i --autosquash v1 || git rebase --abort
    git rebase -q --apply topic || git rebase --abort
    git checkout -q main
    git merge -q easy -m 'Merge easy'
    git cherry-pick other~1 >"$RUN/pick" 2>&1 || git cherry-pick --abort
    git revert --no-edit HEAD >"$RUN/revert" || git revert --abort
    echo 'changed' >>README.md && echo 'new' >new.txt
    git stash -q -u && git stash list && git stash show -p >"$RUN/stash" && git stash pop -q
    git add -N new.txt && git diff HEAD >"$RUN/diff" && git reset -q --hard && git clean -q -f -d -x
    git format-patch -q -o "$RUN/patches" v2..topic && git checkout -q -b mails v1 && git am -q --3way "$RUN"/patches/*.patch
    git apply --check -R "$RUN/patches/0001-"*.patch || true
    git checkout -q main
    git branch -vv >"$RUN/branches" && git branch --contains v2 && git branch -m mails letters && git branch --merged
    git range-diff v1..topic v1..letters && git cherry main topic >"$RUN/cherry"
    git worktree add -q "$RUN/second" topic && git worktree list && git -C "$RUN/second" status && git worktree remove "$RUN/second"
    git switch -q --detach v1 && git restore --source=v2 README.md && git checkout -q -f main
}

search() {
    for format in oneline fuller '%h %an %ar %s%n%b'; do git log --format="$format" >"$RUN/log"; done
    git log --graph --all --decorate --oneline && git log -p -M --stat >"$RUN/log.p" && git log --follow --oneline lib/trees.c
    git log -S give3 --oneline && git log -G 'record +[a-z]' --oneline -- builtin && git log -L 10,30:xdiff/xutils.c >"$RUN/log.l"
    git log --author=Some --grep=where -i --since=2020-01-01 --name-status >"$RUN/log.n" && git shortlog -sn --all && git show --stat v2
    git diff v1 v2 >"$RUN/diff.1" && git diff --word-diff v1 v2 -- builtin >"$RUN/diff.2" && git diff --histogram -C v1 main >"$RUN/diff.3"
    git diff --patience --numstat v1 v2 && git diff --color --color-moved v1 v2 -- lib >"$RUN/diff.4" && git diff --minimal -w --shortstat v1 main
    for file in builtin/log.c lib/strbuf.c diff.c; do git blame "$file" >"$RUN/blame"; done
    git blame -C -M -w --porcelain xdiff/xdiffi.c >"$RUN/blame" && git annotate README.md >"$RUN/blame"
    git grep -n 'strbuf_add' >"$RUN/grep" && git grep -c -i -E '(record|number) +[a-z]+;' v2 >"$RUN/grep" && git grep -F -l xmalloc -- '*.h'
    git grep -W -e static --and -e int main -- builtin >"$RUN/grep" || true
    git rev-list --all --objects | git cat-file --batch-check >"$RUN/objects" && git rev-list --count HEAD
    awk '$2 == "blob" {print $1}' "$RUN/objects" | head -300 | git cat-file --batch >"$RUN/blobs"
    git describe --tags && git name-rev HEAD~3 && git merge-base main topic && git for-each-ref --sort=-committerdate && git show-ref
    git ls-files -s >"$RUN/files" && git ls-tree -r -l HEAD >"$RUN/files" && git ls-files -o -i --exclude-standard && git reflog >"$RUN/reflog"
    git rev-parse "HEAD~2^{tree}" ":/Move"
    echo 'out/a.o keep.o lib/x.a' | tr ' ' '\n' | git check-ignore -v --stdin --no-index && git check-attr -a README.md pictures/1.bin slow.txt
    git hash-object lib/*.c >"$RUN/hashes" && git config --list >"$RUN/config" && git var -l >"$RUN/var" && git help -a >"$RUN/help"
    ! git log no-such-branch && ! git frobnicate 2>/dev/null
}

store() {
    git count-objects -v && git fsck --full --strict && git gc -q && git repack -q -a -d -f --window=5 && git count-objects -v
    git commit-graph write --reachable --changed-paths && git log --oneline -- xdiff/xutils.c && git commit-graph verify
    change 47 9 void nothing && git repack -q -d && git multi-pack-index write && git multi-pack-index verify && git prune
    git verify-pack -v .git/objects/pack/*.idx >"$RUN/packs" && git fsck
    git archive --format=tar --prefix=x/ HEAD >"$RUN/tree.tar" && git archive --format=zip v1 lib builtin >"$RUN/tree.zip"
    git archive --format=tar.gz v2 xdiff >"$RUN/tree.tgz"
    git bundle create -q "$RUN/bundle" main topic && git bundle verify -q "$RUN/bundle" && git clone -q -b topic "$RUN/bundle" "$RUN/unbundled"
    git fast-export --all >"$RUN/export" && git init -q --bare "$RUN/imported" && git -C "$RUN/imported" fast-import --quiet <"$RUN/export"
    git clone -q --no-local "$RUN/repo" "$RUN/copy" && git -C "$RUN/copy" sparse-checkout set lib xdiff && git -C "$RUN/copy" status
    git pack-refs --all && git update-ref refs/heads/updated "v1^0" && git symbolic-ref HEAD && git branch -q -D updated
}

exchange() {
    git clone -q --bare "$RUN/repo" "$RUN/served/project.git"
    cp -R "$RUN/served/project.git" "$RUN/served/empty.git"
    start b "$TREE/git-daemon" --base-path="$RUN/served" --export-all --reuseaddr --enable=receive-pack --enable=upload-archive --listen=10.77.0.2 --verbose 2>"$RUN/daemon.log"
    local daemon=$! url=git://10.77.0.2/project.git
    wait_for_port a 10.77.0.2 9418
    client git ls-remote "$url" >"$RUN/remote"
    client git clone -q "$url" "$RUN/clone"
    client git clone -q --depth=2 "$url" "$RUN/shallow" && client git -C "$RUN/shallow" fetch -q --unshallow
    client git clone -q --filter=blob:limit=20k "$url" "$RUN/partial"
    for i in 1 2 3; do
        (cd "$RUN/repo" && change 37 "$i" for "each$i" && client git push -q "$url" main)
        client git -C "$RUN/clone" fetch -q --prune --tags
        client git -C "$RUN/clone" pull -q --ff-only origin main
    done
    (
        cd "$RUN/clone" || exit
        git checkout -q -b mine && change 53 6 unsigned positive
        client git push -q -u origin mine && git commit -q --amend -m 'Amended'
        ! client git push -q origin mine && client git push -q --force origin mine
        client git push -q origin --delete mine v1 && client git remote show origin && client git remote update --prune
        client git -c protocol.version=0 fetch -q "$url" topic && git branch -vv
    )
    client git archive --remote="$url" main xdiff | tar t | tail -1
    ! client git clone -q git://10.77.0.2/none.git "$RUN/none"
    kill "$daemon" && wait "$daemon" || true
}
export -f history branches search store exchange

work() {
    export HOME=$RUN/home GIT_EXEC_PATH=$TREE PATH=$TREE:$PATH GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat GIT_EDITOR=true
    export GIT_TEMPLATE_DIR=$RUN/home/template
    mkdir -p "$GIT_TEMPLATE_DIR"
    git config --global user.name 'Some Body'
    git config --global user.email body@example.org
    git config --global gc.autoDetach false
    git config --global advice.detachedHead false
    git config --global uploadpack.allowFilter true
    history
    branches
    search >"$RUN/search"
    store
    exchange
}
