//! The edited history that is the goal of an experiment, as its author writes it.

use super::fields::Fields;
use super::mistake::{Mistake, Mistakes, unknown};
use crate::check::history::model::MODELS;
use crate::check::history::{Model, parse};
use crate::lessons::history::HistoryGoal;

/// Reads a `[history]` of an experiment.
pub fn read(mut fields: Fields<'_>, mistakes: &mut Mistakes) -> Result<HistoryGoal, Mistake> {
    let mut models = |key: &'static str| -> Result<Vec<String>, Mistake> {
        let Some(value) = fields.take(key) else { return Ok(Vec::new()) };
        let place = value.mistake("");
        let mut names = Vec::new();
        for (name, _) in value.texts("a list of models")? {
            if Model::by_name(&name).is_none() {
                let known: Vec<&str> = MODELS.iter().map(|model| model.name()).collect();
                return Err(Mistake { says: unknown("model", &name, &known), ..place });
            }
            names.push(name);
        }
        Ok(names)
    };
    let (refused, admitted) = (models("refused")?, models("admitted")?);
    if refused.is_empty() && admitted.is_empty() {
        return Err(fields
            .mistake("a history that is a goal needs models: `refused = [\"linearizable\"]`, `admitted = [\"sequential\"]`, or both."));
    }
    let changes_max = fields.take("changes").map_or(Ok(1), |value| value.number("how many operations may be changed"))?;
    let solution = fields.need("solution", "\"\"\"A: write x 1 @ 10..20\"\"\"")?;
    let text = solution.parsed("a history as text", |text| Some(text.to_owned()))?;
    if let Err(mistake) = parse(&text) {
        return Err(solution.mistake(mistake.to_string()));
    }
    fields.finish(mistakes);
    Ok(HistoryGoal { refused, admitted, changes_max, solution: text })
}
