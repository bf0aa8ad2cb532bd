/* The table of execution models. */
#include "runtime/models.h"

#include <string.h>

static const struct execution_model *const models[] = {
#define EXECUTION_MODEL(name) &execution_##name,
#include "runtime/models.def"
#undef EXECUTION_MODEL
};

const struct execution_model *execution_model_at(size_t index)
{
    return index < sizeof models / sizeof *models ? models[index] : NULL;
}

const struct execution_model *execution_model_named(const char *name)
{
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        if (!strcmp(models[i]->about.name, name))
            return models[i];
    return NULL;
}

const struct concprobe_model *concprobe_model(size_t index)
{
    const struct execution_model *model = execution_model_at(index);
    return model ? &model->about : NULL;
}
