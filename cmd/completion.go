package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// completionCommand is `runexp completion SHELL`.
func (a *app) completionCommand() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a script that completes runexp's command lines in a shell",
		Long: `Print a script that completes runexp's command lines in a shell: bash, zsh, fish or powershell.
It completes verbs, flags and their values, *.yaml files after -c, the settings of that config
(losses.style.weight=) and names as their values (stages.0.optimizer.name=lbfgs), runs and their
metrics and pictures, experiments, sweeps, backbones and weights.

Source it in a running shell, or save it where the shell loads it at startup. bash needs the
package bash-completion; zsh needs "autoload -U compinit; compinit" in ~/.zshrc. runexp must be
in PATH, so add the folder of bin/runexp to it.

Prints the script and writes nothing. Completion reads the config after -c and the store (--db),
and writes nothing.

Exit codes: 0 printed; 2 for an unknown shell.

See also: runexp --help`,
		Example: `  source <(runexp completion bash)    # for this shell
  runexp completion bash > ~/.local/share/bash-completion/completions/runexp
  runexp completion zsh > "${fpath[1]}/_runexp"
  runexp completion fish > ~/.config/fish/completions/runexp.fish
  runexp completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: shells,
		Args:      exactArgs(1, "one shell: "+strings.Join(shells, ", ")),
		RunE: func(c *cobra.Command, args []string) error {
			root := c.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.stdout, true)
			case "zsh":
				return root.GenZshCompletion(a.stdout)
			case "fish":
				return root.GenFishCompletion(a.stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.stdout)
			}
			return usage(fmt.Errorf("no completion for the shell %q (known: %s)", args[0], strings.Join(shells, ", ")))
		},
	}
}
