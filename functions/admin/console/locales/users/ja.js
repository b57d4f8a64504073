// The list of users in Japanese.

export default {};
