/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/commands.h"

/* The shells' scripts. They know nothing but how to ask `kaquan __complete` (cli/complete.h), so they never
 * get stale. */

/* clang-format off */

static const char bash_script[] =
    "# Completion of kaquan in bash: source <(kaquan completion bash)\n"
    "_kaquan() {\n"
    "    local rest=${COMP_LINE:0:COMP_POINT} piece blank last candidate text\n"
    "    local words=()\n"
    "    # bash parts words at = and : too; here they are as they were written.\n"
    "    for piece in \"${COMP_WORDS[@]:0:COMP_CWORD+1}\"; do\n"
    "        blank=${rest%%[![:blank:]]*}\n"
    "        rest=${rest#\"$blank\"}\n"
    "        [[ $rest == \"$piece\"* ]] || piece=$rest\n"
    "        rest=${rest#\"$piece\"}\n"
    "        if [[ -n $blank || ${#words[@]} -eq 0 ]]; then\n"
    "            words+=(\"$piece\")\n"
    "        else\n"
    "            words[${#words[@]}-1]+=$piece\n"
    "        fi\n"
    "    done\n"
    "    last=${words[${#words[@]}-1]}\n"
    "    # What is replaced is only what stands behind the last = or :.\n"
    "    [[ $piece == [=:]* ]] && piece=\n"
    "    local lead=${last%\"$piece\"}\n"
    "    COMPREPLY=()\n"
    "    while IFS=$'\\t' read -r candidate text; do\n"
    "        case $candidate in\n"
    "        :files)\n"
    "            compopt -o filenames\n"
    "            while IFS= read -r candidate; do COMPREPLY+=(\"$candidate\"); done < "
    "<(compgen -f -- \"$piece\")\n"
    "            ;;\n"
    "        :directories)\n"
    "            compopt -o filenames\n"
    "            while IFS= read -r candidate; do COMPREPLY+=(\"$candidate\"); done < "
    "<(compgen -d -- \"$piece\")\n"
    "            ;;\n"
    "        *) COMPREPLY+=(\"${candidate#\"$lead\"}\") ;;\n"
    "        esac\n"
    "    done < <(\"${words[0]}\" __complete \"${words[@]:1}\" 2>/dev/null)\n"
    "}\n"
    "complete -F _kaquan kaquan\n";

static const char zsh_script[] =
    "#compdef kaquan\n"
    "# Completion of kaquan in zsh: source <(kaquan completion zsh), or this as _kaquan in a "
    "folder of fpath.\n"
    "_kaquan() {\n"
    "    local -a lines candidates\n"
    "    local line\n"
    "    lines=(\"${(@f)$(\"${words[1]}\" __complete \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
    "    for line in \"${lines[@]}\"; do\n"
    "        case $line in\n"
    "        '') ;;\n"
    "        :files) compset -P '--*=' ; _files ;;\n"
    "        :directories) compset -P '--*=' ; _files -/ ;;\n"
    "        *) candidates+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\") ;;\n"
    "        esac\n"
    "    done\n"
    "    (( $#candidates )) && _describe kaquan candidates\n"
    "}\n"
    "if [[ $funcstack[1] == _kaquan ]]; then\n"
    "    _kaquan \"$@\"\n"
    "else\n"
    "    compdef _kaquan kaquan\n"
    "fi\n";

static const char fish_script[] =
    "# Completion of kaquan in fish: kaquan completion fish | source\n"
    "function __kaquan_complete\n"
    "    set -l words (commandline -opc) (commandline -ct)\n"
    "    set -l written (string replace -r -- '^--[^=]*=' '' (commandline -ct))\n"
    "    for line in ($words[1] __complete $words[2..-1] 2>/dev/null)\n"
    "        switch $line\n"
    "            case ':files'\n"
    "                __fish_complete_path $written\n"
    "            case ':directories'\n"
    "                __fish_complete_directories $written\n"
    "            case '*'\n"
    "                echo $line\n"
    "        end\n"
    "    end\n"
    "end\n"
    "complete -c kaquan -f -a '(__kaquan_complete)'\n";

/* clang-format on */

static const struct {
    const char *shell;
    const char *script;
} scripts[] = {{"bash", bash_script}, {"zsh", zsh_script}, {"fish", fish_script}};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    for (size_t i = 0; i < KQ_COUNT(scripts); i++) {
        if (kq_slice_equal(invocation->operand, kq_slice_of(scripts[i].shell))) {
            fputs(scripts[i].script, stdout);
            return KQ_OK;
        }
    }
    return kq_fail(error, KQ_E_USAGE, "the SHELL is bash, zsh or fish, not %s", invocation->operand.data);
}

static const char *const more_examples[] = {
    "source <(kaquan completion bash)",
    "kaquan completion zsh > ~/.zfunc/_kaquan",
    "kaquan completion fish | source",
    NULL,
};

const struct kq_command kq_command_completion = {
    .name = "completion",
    .text = "print what has a shell (bash, zsh, fish) complete kaquan's commands, flags, methods and fields",
    .example = "kaquan completion bash > ~/.local/share/bash-completion/completions/kaquan",
    .more_examples = more_examples,
    .operand = "SHELL",
    .run = run,
};
