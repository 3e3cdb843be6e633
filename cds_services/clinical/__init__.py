"""Clinical questions that several rules share: is there fever, a creatinine rise, cover, a current pregnancy; pure, of a Case."""
