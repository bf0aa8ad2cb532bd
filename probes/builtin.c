/* The program behind `concadvise probe NAME`: the built-in probes, and nothing else. */
#include "runtime/concprobe.h"

#define PROBE(name) extern const struct concprobe_probe probe_##name;
#include "probes/probes.def"
#undef PROBE

int main(int count, char **arguments)
{
#define PROBE(name) probe_##name,
    const struct concprobe_probe probes[] = {
#include "probes/probes.def"
    };
#undef PROBE
    return concprobe_main(count, arguments, probes, sizeof probes / sizeof *probes);
}
