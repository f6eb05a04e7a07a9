//! For an emergency that no machine goes on with.

use super::segments::{fit, without_marks};
use super::speech::tidy;
use super::{Facts, Label, MOST_SEGMENTS, Mail, Opening, Script};
use crate::store::Card;

impl Script {
    /// Tells people to take over an emergency whose state can't be read, with all that is known of it: as a text, and
    /// as a mail.
    pub fn render_takeover(&self, card: &Card) -> (String, Mail) {
        let facts = Facts::of_card(self, card);
        let Opening { subject, sentence } = self.wording.takeover(&facts);
        let rows = vec![
            (Label::Customer, facts.customer),
            (Label::Callback, facts.callback),
            (Label::Address, facts.address),
            (Label::Technician, facts.technician),
            (Label::Description, facts.description),
        ];
        let known = rows.iter().filter(|(_, value)| !value.is_empty());
        let known: String = known.map(|(label, value)| format!(" {}: {value}.", self.wording.label(*label))).collect();
        let text = fit(&without_marks(&sentence), &without_marks(&known), "", MOST_SEGMENTS);
        (text, self.mail_of(&subject, &sentence, rows))
    }
}

impl Facts {
    fn of_card(script: &Script, card: &Card) -> Self {
        Self {
            technician: tidy(&card.technician),
            customer: tidy(&card.customer_name),
            callback: tidy(&card.callback),
            address: tidy(&card.address),
            description: tidy(&card.description),
            ..Self::without_emergency(script)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_all_that_is_known() {
        let card = Card {
            technician: "+15005550001".into(),
            callback: "+15005550100".into(),
            customer_name: "Zoë".into(),
            address: "12 Elm Street".into(),
            description: "water ".repeat(400),
            ..Card::default()
        };
        let (text, mail) = Script::default().render_takeover(&card);
        assert!(crate::script::segments(&text) <= MOST_SEGMENTS);
        for known in ["TAKE OVER", "+15005550100", "12 Elm Street", "+15005550001", "water"] {
            assert!(text.contains(known) && mail.text.contains(known), "{known}: {text}");
        }
    }
}
